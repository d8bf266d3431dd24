"""Names for annotations, which the runtime does not read; here, so that an app can be checked and still run.

What differs: ``class A(NamedTuple)`` does not work, as the names in it are not kept; use ``NamedTuple("A", […])``.
"""

from collections import namedtuple

TYPE_CHECKING = False


class _Form:
    """Whatever stands in an annotation: it can be subscripted, called and joined, and stays what it is."""

    def __getitem__(self, item):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __or__(self, other):
        return self

    __ror__ = __or__


class Protocol:
    """The base of what is only an interface."""


class TypedDict(dict):
    """A dict whose keys are known to a checker."""


class _Base:
    pass


class _Generic:
    """``Generic[T]`` is an empty base."""

    def __getitem__(self, item):
        return _Base


Generic = _Generic()
_form = _Form()


def __getattr__(name):
    if name[:1] == "_":
        raise AttributeError(name)
    return _form


def NamedTuple(typename, fields):
    """A tuple with names, of pairs of a name and a type."""
    return namedtuple(typename, [name for name, _ in fields])


def NewType(name, tp):
    """A function that returns what it is given."""
    return _same


def TypeVar(name, *constraints, **kwargs):
    """A name for any type."""
    return _form


def cast(typ, val):
    """`val`."""
    return val


def _same(thing):
    return thing


final = overload = override = no_type_check = runtime_checkable = assert_type = _same
