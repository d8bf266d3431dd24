"""Says what it runs on: no operating system, the devices of the stack, and little memory."""

import gc
import sys
import time

import unikernel

print("Hello from a machine without an operating system.")
print("Python", sys.version.split(";")[0], "on", sys.platform)
print("devices:", ", ".join(device[0] for device in unikernel.devices()))
print("free memory:", gc.mem_free() // 1024, "KiB")

started = time.ticks_us()
primes = [n for n in range(2, 2000) if all(n % d for d in range(2, int(n**0.5) + 1))]
print(len(primes), "primes below 2000 in", time.ticks_diff(time.ticks_us(), started) // 1000, "ms")
