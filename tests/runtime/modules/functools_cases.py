import functools

calls = []


def add(a, b=1, *, c=0):
    calls.append((a, b, c))
    return a + b + c


def refused(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__)
    else:
        print("not refused")


# partial
twice = functools.partial(functools.partial(add, 1), c=10)
print(twice(2), twice(), twice(2, c=1), twice.func is add, twice.args, twice.keywords)
refused(functools.partial, 3)

# reduce
print(functools.reduce(lambda a, b: a * 10 + b, [1, 2, 3]), functools.reduce(lambda a, b: a + b, [], "empty"))
print(functools.reduce(max, iter((4, 9, 2)), 5))
refused(functools.reduce, add, [])


# wraps
def loud(function):
    @functools.wraps(function)
    def inner(*args, **keywords):
        return str(function(*args, **keywords)) + "!"

    return inner


print(loud(add)(1, c=2))

# lru_cache
calls.clear()
kept = functools.lru_cache(maxsize=2)(add)
print([kept(1), kept(2), kept(1), kept(3), kept(1), kept(2)], calls, kept.cache_info())
kept.cache_clear()
print(kept.cache_info(), kept(1, b=2), kept(1, b=2), kept(1, c=2), kept.cache_info())
print(kept.__wrapped__ is add)
refused(kept, [])
typed = functools.lru_cache(typed=True)(lambda x: type(x).__name__)
print(typed(3), typed(3.0), typed.cache_info())
none = functools.lru_cache(0)(add)
print(none(1), none(1), none.cache_info().misses)


@functools.cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print(fibonacci(80), fibonacci.cache_info().currsize)


@functools.lru_cache
def failing(n):
    calls.append(n)
    raise ValueError(n)


calls.clear()
refused(failing, 1)
refused(failing, 1)
print(calls)


class Place:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    @functools.cached_property
    def far(self):
        calls.append("far")
        return self.x**2 + self.y**2

    @functools.lru_cache(maxsize=None)
    def moved(self, by):
        calls.append("moved")
        return self.x + by


calls.clear()
here = Place(3, 4)
print(here.far, here.far, here.moved(1), here.moved(1), here.moved(by=1), Place(1, 1).far, calls)
here.far = 1
print(here.far)

# cmp_to_key
print(sorted([5, 2, 9, 1], key=functools.cmp_to_key(lambda a, b: b - a)))
key = functools.cmp_to_key(lambda a, b: a - b)
print(key(1) < key(2), key(1) >= key(2), key(3) == key(3), key(1) > key(2), key(2) <= key(2))


# total_ordering
def ordered(name):
    class Number:
        def __init__(self, value):
            self.value = value

        def __eq__(self, other):
            return self.value == other.value

    if name == "lt":
        Number.__lt__ = lambda self, other: self.value < other.value
    elif name == "le":
        Number.__le__ = lambda self, other: self.value <= other.value
    elif name == "gt":
        Number.__gt__ = lambda self, other: self.value > other.value
    else:
        Number.__ge__ = lambda self, other: self.value >= other.value
    return Number


@functools.total_ordering
class Less:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        return self.value < other.value


@functools.total_ordering
class LessOrEqual(Less):
    def __le__(self, other):
        return self.value <= other.value


@functools.total_ordering
class Greater:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __gt__(self, other):
        return self.value > other.value


@functools.total_ordering
class GreaterOrEqual:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __ge__(self, other):
        return self.value >= other.value


for cls in (Less, LessOrEqual, Greater, GreaterOrEqual):
    for a in (1, 2):
        for b in (1, 2):
            one, two = cls(a), cls(b)
            print(one < two, one <= two, one > two, one >= two, end=" ")
    print()


# singledispatch
@functools.singledispatch
def named(value):
    return "something"


@named.register(int)
def _(value):
    return "number"


@named.register(list)
def _(value):
    return "list of " + " ".join([named(each) for each in value])


class Base:
    pass


class Derived(Base):
    pass


class Deeper(Derived):
    pass


named.register(Base, lambda value: "base")
named.register(Derived, lambda value: "derived")
print(named(1), named("x"), named([1, None]), named(Base()), named(Derived()), named(Deeper()))
print(named.dispatch(float)(1.0))
