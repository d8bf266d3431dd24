"""The package asyncio: upstream's files, but for this one, with what packages written for CPython ask of a loop.

Microdot has a handler that is no coroutine function called by `run_in_executor`.
"""

from .core import *
from .core import Loop, create_task, current_task

__version__ = (3, 0, 0)
_FOUND_IN = {
    "event": ("Event", "ThreadSafeFlag"),
    "funcs": ("gather", "wait_for", "wait_for_ms"),
    "lock": ("Lock",),
    "stream": ("StreamReader", "StreamWriter", "open_connection", "start_server"),
}


def __getattr__(name):
    for module, names in _FOUND_IN.items():
        if name in names:
            value = globals()[name] = getattr(__import__(module, None, None, names, 1), name)
            return value
    raise AttributeError(name)


def get_running_loop():
    """The loop; raises RuntimeError outside one."""
    current_task()
    return Loop


def _run_in_executor(executor, function, *args):
    """A task that calls `function` at its turn: there are no threads, and so no executor but this."""

    async def call():
        return function(*args)

    return create_task(call())


Loop.run_in_executor = _run_in_executor
