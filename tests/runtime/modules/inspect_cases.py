import inspect
import sys


def function():
    pass


def generator():
    yield


async def coroutine():
    pass


def closing(value):
    return lambda: value


def waiting_for(value):
    async def wait():
        return value

    return wait


class Thing:
    b = 2
    a = 1

    def method(self):
        pass

    async def wait(self):
        pass


thing = Thing()
waiting = coroutine()
objects = (
    ("function", function),
    ("closure", closing(1)),
    ("generator function", generator),
    ("generator", generator()),
    ("method", thing.method),
    ("class", Thing),
    ("instance", thing),
    ("builtin", len),
    ("bound builtin", [].append),
    ("module", sys),
    ("number", 1),
    ("text", "x"),
    ("builtin class", int),
)
tests = (
    "isfunction",
    "isgeneratorfunction",
    "isgenerator",
    "ismethod",
    "isclass",
    "ismodule",
    "isbuiltin",
    "isroutine",
)
for name, each in objects:
    print(name, [test for test in tests if getattr(inspect, test)(each)])
print([inspect.iscoroutinefunction(each) for each in (coroutine, waiting_for(1), thing.wait)])
print([inspect.iscoroutinefunction(each) for each in (function, closing(1), thing.method, len, 1)])
print(inspect.iscoroutine(waiting), inspect.isawaitable(waiting), inspect.isawaitable(function))
waiting.close()
print([pair for pair in inspect.getmembers(thing) if pair[0][0] != "_" and pair[0] not in ("method", "wait")])
print([name for name, _ in inspect.getmembers(thing, inspect.ismethod) if name[0] != "_"])
