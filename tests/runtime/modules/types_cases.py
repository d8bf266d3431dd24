import sys
import types


def function():
    pass


def generator():
    yield


async def coroutine():
    pass


class Thing:
    def method(self):
        pass


waiting = coroutine()
print(
    isinstance(function, types.FunctionType), isinstance(1, types.FunctionType), isinstance(lambda: 0, types.LambdaType)
)
print(isinstance(generator(), types.GeneratorType), isinstance(waiting, types.CoroutineType))
print(isinstance(Thing().method, types.MethodType), isinstance(function, types.MethodType))
print(isinstance(len, types.BuiltinFunctionType), isinstance(sys, types.ModuleType), isinstance(None, types.NoneType))
waiting.close()

space = types.SimpleNamespace(b=2, a="x")
space.c = None
print(space.b, space == types.SimpleNamespace(a="x", b=2, c=None), space == types.SimpleNamespace(), space != 3)
print(repr(types.SimpleNamespace(a=1, b="x")), repr(types.SimpleNamespace()))
