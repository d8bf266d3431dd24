"""Two clocks. One says what time it is, and somebody may set it; the other only ever goes forward."""

import time

started = time.ticks_ms()
naps = []

for _ in range(3):
    year, month, day, hour, minute, second = time.gmtime()[:6]
    passed = time.ticks_diff(time.ticks_ms(), started) / 1000
    date = f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
    print(f"since the start: {passed:5.2f} s   in UTC: {date}")

    # To measure, take the clock that only goes forward. ticks_diff minds that the number begins anew some day.
    before = time.ticks_us()
    time.sleep_ms(100)
    naps.append(time.ticks_diff(time.ticks_us(), before))

assert min(naps) >= 100_000
print("no nap was shorter than 100 ms")
