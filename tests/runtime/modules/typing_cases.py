import typing
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    Final,
    Generic,
    List,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    Protocol,
    Tuple,
    TypedDict,
    TypeVar,
    Union,
    cast,
    final,
    overload,
)

if TYPE_CHECKING:
    from nowhere import Nothing

T = TypeVar("T")
Names = Dict[str, List[int]]
Maybe = Optional[Union[int, str]]
Handler = Callable[[int], None]
Identifier = NewType("Identifier", int)
Mode = Literal["r", "w"]


class Stack(Generic[T]):
    limit: ClassVar[int] = 3

    def __init__(self) -> None:
        self.items: List[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class Greets(Protocol):
    def greet(self) -> str: ...


@final
class Person(Greets):
    def greet(self) -> str:
        return "hello"


class Settings(TypedDict):
    name: str


Point = NamedTuple("Point", [("x", int), ("y", int)])
MOST: Final = 5


def first(pair: Tuple[int, str], names: Names, mode: Mode = "r", maybe: Maybe = None) -> Any:
    return pair[0]


print(Stack().push(1).push("a").items, Stack.limit, Person().greet(), Settings(name="x")["name"], Point(1, y=2).y)
print(cast("Nothing", 3), Identifier(4), MOST, first((1, "a"), {}), typing.TYPE_CHECKING, overload is not None)
