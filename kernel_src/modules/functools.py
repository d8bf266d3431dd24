"""Functions about functions, after CPython's module of the name.

What differs: a function of this runtime takes no attributes, so `wraps` copies only what it can.
"""

from collections import OrderedDict, namedtuple

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__")
_CacheInfo = namedtuple("CacheInfo", ("hits", "misses", "maxsize", "currsize"))
_MISSING = object()
_KEYWORDS = object()


class partial:
    """A call with its first arguments given."""

    def __init__(self, func, *args, **keywords):
        if isinstance(func, partial):
            args = func.args + args
            keywords = dict(func.keywords, **keywords)
            func = func.func
        if not callable(func):
            raise TypeError("the first argument must be callable")
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, *args, **keywords):
        given = dict(self.keywords)
        given.update(keywords)
        return self.func(*self.args, *args, **given)


def reduce(function, iterable, initial=_MISSING):
    """All items folded into one, from the left."""
    items = iter(iterable)
    if initial is _MISSING:
        try:
            initial = next(items)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value")
    for item in items:
        initial = function(initial, item)
    return initial


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=()):
    """Gives `wrapper` the names of `wrapped`, where both can carry them."""
    for name in assigned:
        try:
            setattr(wrapper, name, getattr(wrapped, name))
        except AttributeError:
            pass
    try:
        wrapper.__wrapped__ = wrapped
    except AttributeError:
        pass
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=()):
    """A decorator: the function below it looks like `wrapped`."""
    return partial(update_wrapper, wrapped=wrapped, assigned=assigned, updated=updated)


class _Cached:
    """A function that remembers what it returned; as a method it is bound to its instance."""

    def __init__(self, function, maxsize, typed):
        self.__wrapped__ = function
        self._maxsize = maxsize
        self._typed = typed
        update_wrapper(self, function)
        self.cache_clear()

    def __call__(self, *args, **keywords):
        key = args
        if keywords:
            key = args + (_KEYWORDS,) + tuple(keywords.items())
        if self._typed:
            key += tuple(type(each) for each in args) + tuple(type(each) for each in keywords.values())
        kept = self._kept
        value = kept.get(key, _MISSING)
        if value is not _MISSING:
            self._hits += 1
            if self._maxsize is not None:
                del kept[key]  # and back again as the newest
                kept[key] = value
            return value
        self._misses += 1
        value = self.__wrapped__(*args, **keywords)
        if self._maxsize != 0:
            if self._maxsize is not None:
                kept.pop(key, None)
                if len(kept) >= self._maxsize:
                    del kept[next(iter(kept))]
            kept[key] = value
        return value

    def __get__(self, instance, owner):
        return self if instance is None else partial(self, instance)

    def cache_info(self):
        """Hits, misses, the most that is kept, what is kept now."""
        return _CacheInfo(self._hits, self._misses, self._maxsize, len(self._kept))

    def cache_clear(self):
        """Forgets everything."""
        self._kept = {} if self._maxsize is None else OrderedDict()
        self._hits = self._misses = 0


def lru_cache(maxsize=128, typed=False):
    """A decorator: what was called last is remembered, `maxsize` results of it, all where it is None."""
    if callable(maxsize):
        return _Cached(maxsize, 128, typed)
    if maxsize is not None and maxsize < 0:
        maxsize = 0
    return lambda function: _Cached(function, maxsize, typed)


def cache(function):
    """A decorator: every result is remembered."""
    return _Cached(function, None, False)


class cached_property:
    """A property that is computed once for each instance and is an attribute from then on."""

    def __init__(self, func):
        self.func = func
        self.attrname = func.__name__

    def __get__(self, instance, owner):
        if instance is None:
            return self
        value = self.func(instance)
        setattr(instance, self.attrname, value)
        return value


def cmp_to_key(mycmp):
    """A key for sorting, from a function that compares two."""

    class Key:
        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

        def __le__(self, other):
            return mycmp(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return mycmp(self.obj, other.obj) >= 0

    return Key


def _derived(first, negated, with_equal):
    """A comparison made of `first` (one of four): the other way round, and with equality added or taken away."""

    def compare(self, other):
        result = getattr(self, first)(other)
        if result is NotImplemented:
            return result
        if negated:
            result = not result
        if with_equal is None:
            return result
        return (result or self == other) if with_equal else (result and self != other)

    return compare


_ORDER = {
    "__lt__": (("__gt__", True, False), ("__le__", False, True), ("__ge__", True, None)),
    "__le__": (("__ge__", True, True), ("__lt__", False, False), ("__gt__", True, None)),
    "__gt__": (("__lt__", True, False), ("__ge__", False, True), ("__le__", True, None)),
    "__ge__": (("__le__", True, True), ("__gt__", False, False), ("__lt__", True, None)),
}


def total_ordering(cls):
    """A class decorator: ``__eq__`` and one comparison give the other three."""
    for first in ("__lt__", "__le__", "__gt__", "__ge__"):
        if hasattr(cls, first):
            for name, negated, with_equal in _ORDER[first]:
                if not hasattr(cls, name):
                    setattr(cls, name, _derived(first, negated, with_equal))
            return cls
    raise ValueError("must define at least one ordering operation: < > <= >=")


class _Dispatched:
    """A function whose implementation is chosen by the class of its first argument."""

    def __init__(self, function):
        update_wrapper(self, function)
        self.registry = {object: function}

    def register(self, cls, func=None):
        """The implementation for `cls`, also as a decorator."""
        if func is None:
            return lambda given: self.register(cls, given)
        self.registry[cls] = func
        return func

    def dispatch(self, cls):
        """The implementation for `cls`: that of its nearest ancestor."""
        best = object
        for each in self.registry:
            if each is not object and issubclass(cls, each) and (best is object or issubclass(each, best)):
                best = each
        return self.registry[best]

    def __call__(self, *args, **keywords):
        return self.dispatch(type(args[0]))(*args, **keywords)

    def __get__(self, instance, owner):
        return self if instance is None else partial(self, instance)


singledispatch = _Dispatched
