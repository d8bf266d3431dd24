"""Work that may take too long, stopped in two ways."""

import asyncio

stopped: list = []


async def work(seconds):
    """Takes its time. Who is stopped in the middle of an await gets an exception there, and can tidy up."""
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        stopped.append(seconds)
        raise
    return 42


async def within(limit, job):
    """`job`'s result, or None when it takes longer than `limit` seconds: how it is done by hand."""
    task = asyncio.create_task(job)

    async def guard():
        await asyncio.sleep(limit)
        task.cancel()

    guarding = asyncio.create_task(guard())
    try:
        return await task
    except asyncio.CancelledError:
        return None
    finally:
        guarding.cancel()


async def within_too(limit, job):
    """The same, with what asyncio brings for it."""
    try:
        return await asyncio.wait_for(job, limit)
    except asyncio.TimeoutError:
        return None


async def main():
    """Tries each way with work that is quick, and with work that is not."""
    for name, way in (("by hand", within), ("wait_for", within_too)):
        for limit, seconds in ((60, 0.05), (0.05, 60)):
            result = await way(limit, work(seconds))
            print(name + ":", "too late" if result is None else result)
    print("stopped in the middle:", len(stopped))


asyncio.run(main())
