"""Says hello, waits, says it again. While it waits, the processor sleeps."""

import time

for number in range(1, 5):
    print("hello", number)
    time.sleep(0.25)
