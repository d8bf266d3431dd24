"""Two tasks on one processor: while one sleeps the other runs, and while both sleep so does the machine."""

import asyncio
import time


async def heads():
    """The quick one."""
    await asyncio.sleep_ms(200)
    print("heads, after the shorter sleep")
    return 200


async def tails():
    """The slow one."""
    await asyncio.sleep_ms(400)
    print("tails, after the longer one")
    return 400


async def main():
    """Starts both, and goes on when the last has returned."""
    began = time.ticks_ms()
    print("both sides are in the air")
    slept = await asyncio.gather(heads(), tails())
    took = time.ticks_diff(time.ticks_ms(), began)
    # Not the sum: the shorter sleep lies within the longer one.
    print("finished:", sum(slept), "ms of sleep in", took, "ms")


asyncio.run(main())
