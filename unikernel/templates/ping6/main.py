"""Pings over IPv6, and answers who pings it."""

import errno
import time

import unikernel

TIMES = 4

ip = unikernel.device("ip")
ip.wait(10)  # an address counts when nobody else has claimed it, a second or two after the boot
print("my addresses:", ", ".join(ip.addresses))

# Whom nobody names: the router, which has said where it is.
whom = unikernel.parameters()["whom"] or ip.gateway
came = 0
for _ in range(TIMES):
    try:
        print(whom, "answers after", round(ip.ping(whom, 2) * 1000, 3), "ms")
        came += 1
    except OSError as error:
        if error.errno != errno.ETIMEDOUT:
            raise
        print(whom, "does not answer")
    time.sleep_ms(100)

print(came, "of", TIMES, "came back")
