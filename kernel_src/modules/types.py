"""The types of things whose types have no name of their own, after CPython's module of the name."""


def _generator():
    yield


class _Class:
    def method(self):
        pass


FunctionType = LambdaType = type(lambda: None)
GeneratorType = CoroutineType = type(_generator())
BuiltinFunctionType = BuiltinMethodType = type(len)
MethodType = type(_Class().method)
ModuleType = type(__import__("sys"))
NoneType = type(None)


class SimpleNamespace:
    """An object with the attributes that it is given."""

    def __init__(self, **kwargs):
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __repr__(self):
        return "namespace(%s)" % ", ".join(["%s=%r" % (name, self.__dict__[name]) for name in sorted(self.__dict__)])

    def __eq__(self, other):
        return isinstance(other, SimpleNamespace) and self.__dict__ == other.__dict__
