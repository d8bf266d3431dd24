"""What an object is, after CPython's module of the name.

The runtime keeps no source, no signature and no frames, so there is nothing here about them. To it a coroutine is a
generator, and an async function a generator function.
"""

from _inspect import makes_generator as isgeneratorfunction


def _generator():
    yield


def _closing(value):
    return lambda: value


class _Class:
    def method(self):
        pass


_FUNCTIONS = (type(_closing), type(_closing(0)), type(_generator))
_METHOD = type(_Class().method)
_MODULE = type(__import__("sys"))


def isfunction(obj):
    """True for a function written in Python."""
    return isinstance(obj, _FUNCTIONS)


def isbuiltin(obj):
    """True for a function or a bound method written in C: it has no globals."""
    return type(obj).__name__ in ("function", "bound_method") and not hasattr(obj, "__globals__")


def ismethod(obj):
    """True for a method written in Python and bound to its object."""
    return isinstance(obj, _METHOD) and hasattr(obj, "__globals__")


def isroutine(obj):
    """True for a function or method of any kind."""
    return isfunction(obj) or ismethod(obj) or isbuiltin(obj)


def isgenerator(obj):
    """True for what such a function returned."""
    return isinstance(obj, type(_generator()))


iscoroutinefunction = isgeneratorfunction
iscoroutine = isgenerator


def isawaitable(obj):
    """True for what may stand behind await."""
    return isgenerator(obj) or hasattr(obj, "__await__")


def isclass(obj):
    """True for a class."""
    return isinstance(obj, type)


def ismodule(obj):
    """True for a module."""
    return isinstance(obj, _MODULE)


def getmembers(obj, predicate=None):
    """The attributes of `obj` that `predicate` accepts, as pairs of name and value, by name."""
    found = []
    for name in sorted(dir(obj)):
        try:
            value = getattr(obj, name)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            found.append((name, value))
    return found
