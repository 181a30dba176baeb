"""A schema with every kind of type, for the tests of this folder."""

import asyncio
import datetime as dt
import decimal
import enum
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, NewType

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from execution import ClientError

NOON = dt.datetime(2026, 6, 15, 16, 0, 0, 123000, tzinfo=dt.UTC)

Amount = NewType("Amount", int)
Blob = NewType("Blob", object)


def write_amount(value: int) -> str:
    if value == 13:
        raise ValueError("thirteen is unlucky")
    return str(decimal.Decimal(value) / 1000)


def read_amount(value: str) -> int:
    try:
        return int(decimal.Decimal(value) * 1000)
    except (decimal.InvalidOperation, TypeError, ValueError):
        raise ValueError(f"not an amount: {value!r}") from None


SCALARS: dict[object, Any] = {
    Amount: strawberry.scalar(name="Amount", serialize=write_amount, parse_value=read_amount),
    Blob: strawberry.scalar(name="Blob", serialize=lambda value: value, parse_value=lambda value: value),
}


@strawberry.enum
class Mood(enum.Enum):
    HAPPY = "happy"
    SAD = "sad"
    ODD = strawberry.enum_value("odd", deprecation_reason="odd is the new happy")


@strawberry.enum
class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(eq=False)
class Context:
    """What resolvers get. `log` tells which were run; the loader counts its batches."""

    user: str = "ada"
    share_key: Hashable = None
    log: list[str] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)
    keepers: DataLoader[int, "Keeper | None"] = field(init=False)

    def __post_init__(self) -> None:
        self.keepers = DataLoader(load_fn=self._load)

    async def _load(self, keys: list[int]) -> "list[Keeper | None]":
        self.batches.append(list(keys))
        await asyncio.sleep(0)
        return [Keeper(id=strawberry.ID(f"kpr_{key}"), number=key) if key < 5 else None for key in keys]


Info = strawberry.Info[Context, None]


@strawberry.interface
class Named:
    id: strawberry.ID
    name: str

    @strawberry.field
    def shout(self, times: int = 1) -> str:
        return self.name.upper() * min(times, 5)


@strawberry.type
class Keeper:
    id: strawberry.ID
    number: int

    @strawberry.field
    async def animals(self, info: Info, first: int | None = 2) -> list["Animal"]:
        info.context.log.append(f"animals of {self.number}")
        await asyncio.sleep(0)
        return ANIMALS[: first or 0]

    @strawberry.field
    async def boss(self, info: Info) -> "Keeper | None":
        return await info.context.keepers.load(self.number + 1)

    @strawberry.field
    def path(self, info: Info) -> list[str]:
        return [str(key) for key in info.path.as_list()]

    @strawberry.field
    async def strict(self) -> int:
        if self.number == 3:
            raise RuntimeError("keeper three is broken")
        return self.number


@strawberry.type
class Dog(Named):
    barks: bool
    weight: float
    born: dt.datetime
    price: Amount
    mood: Mood | None
    keeper_number: strawberry.Private[int] = 1

    @strawberry.field
    async def keeper(self, info: Info) -> Keeper | None:
        return await info.context.keepers.load(self.keeper_number)

    @strawberry.field
    def future_keeper(self, info: Info) -> Keeper | None:
        return info.context.keepers.load(self.keeper_number)  # type: ignore[return-value] # awaited by GraphQL

    @strawberry.field
    def friends(self) -> list[Annotated["Animal", strawberry.lazy("tests.execution.zoo")] | None]:
        return [None, *ANIMALS[:2]]


@strawberry.type
class Cat(Named):
    lives: int
    price: Amount
    colour: Colour
    toys: list[list[str | None]] | None
    mood: Mood = Mood.SAD

    @strawberry.field
    async def keeper(self) -> Keeper:
        await asyncio.sleep(0)
        return Keeper(id=strawberry.ID("kpr_9"), number=9)


@strawberry.type
class Rock:
    mineral: str
    layers: list[int]


Animal = Annotated[Dog | Cat, strawberry.union("Animal")]
Thing = Annotated[Dog | Cat | Rock, strawberry.union("Thing")]

DOG = Dog(
    id=strawberry.ID("dog_1"),
    name="Rex",
    barks=True,
    weight=12.5,
    born=NOON,
    price=Amount(1500),
    mood=Mood.HAPPY,
)
PUP = Dog(
    id=strawberry.ID("dog_2"),
    name="Pup é ✓",
    barks=False,
    weight=3,
    born=NOON,
    price=Amount(1),
    mood=None,
    keeper_number=7,
)
CAT = Cat(
    id=strawberry.ID("cat_1"),
    name="Tom",
    lives=9,
    price=Amount(13),
    colour=Colour.RED,
    toys=[["ball", None], []],
)
SAFE_CAT = Cat(id=strawberry.ID("cat_2"), name="Kit", lives=1, price=Amount(7), colour=Colour.GREEN, toys=None)
ROCK = Rock(mineral="granite", layers=[1, 2, 3])
ANIMALS: list[Any] = [DOG, SAFE_CAT, PUP, SAFE_CAT]


@strawberry.input
class Bounds:
    low: int = 0
    high: int | None = None
    moods: list[Mood] | None = None


@strawberry.input
class Search:
    text: str
    bounds: Bounds | None = strawberry.UNSET
    amounts: list[Amount] = strawberry.field(default_factory=list)
    at: dt.datetime | None = None
    note: strawberry.Maybe[str] = None


@strawberry.input(one_of=True)
class By:
    id: strawberry.ID | None = strawberry.UNSET
    name: str | None = strawberry.UNSET


class OnlyAda(BasePermission):
    message = "only for Ada"
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012 - Strawberry's own way

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:  # noqa: ARG002 - Strawberry's signature
        return bool(info.context.user == "ada")


class Doubled(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        return next_(source, info, **kwargs) * 2


class ViewDog:
    """Not a Strawberry object: attributes are enough for a field of a concrete type."""

    def __init__(self) -> None:
        self.mineral = "view"
        self.layers = (4, 5)


class Odd:
    @property
    def mineral(self) -> str:
        raise KeyError("no mineral")

    layers = (1, "two")


@strawberry.type
class Page:
    items: list[Keeper]
    total: int


@strawberry.type
class Query:
    @strawberry.field
    def animals(self) -> list[Animal]:
        return ANIMALS

    @strawberry.field
    def unlucky_animals(self) -> list[Animal | None]:
        return [DOG, CAT]

    @strawberry.field
    async def things(self, info: Info, skip: int = 0) -> list[Thing | None]:
        info.context.log.append("things")
        await asyncio.sleep(0)
        return [DOG, None, ROCK, SAFE_CAT, PUP][skip:]

    @strawberry.field
    def named(self) -> list[Named]:
        return [DOG, SAFE_CAT]

    @strawberry.field
    async def keepers(self, info: Info, first: int = 3) -> list[Keeper]:
        info.context.log.append("keepers")
        return [Keeper(id=strawberry.ID(f"kpr_{n}"), number=n) for n in range(min(first, 9))]

    @strawberry.field
    async def page(self, first: int | None = None, last: int = 2) -> Page:
        size = first if first is not None else last
        return Page(items=[Keeper(id=strawberry.ID("k"), number=1)] * max(0, min(size, 5)), total=size)

    @strawberry.field
    def keeper(self, number: int) -> Keeper | None:
        return Keeper(id=strawberry.ID("kpr_x"), number=number) if number else None

    @strawberry.field
    def search(self, search: Search) -> str:
        return repr(search)

    @strawberry.field
    async def find(self, by: By) -> str | None:
        return by.name if isinstance(by.name, str) else None

    @strawberry.field
    def echo(  # noqa: PLR0917 - one argument of each kind
        self,
        info: Info,
        text: str | None = "default",
        number: float = 1.5,
        mood: Mood = Mood.HAPPY,
        tags: list[str | None] | None = None,
        amount: Amount | None = None,
        blob: Blob | None = None,
        at: dt.datetime | None = None,
        flag: bool = True,
        key: uuid.UUID | None = None,
    ) -> str:
        return repr((info.field_name, text, number, mood, tags, amount, blob, at, flag, key))

    @strawberry.field
    def blob(self, value: Blob | None = None) -> Blob | None:
        return value

    @strawberry.field(permission_classes=[OnlyAda])  # type: ignore[untyped-decorator] # Strawberry types it as Any
    def secret(self) -> str:
        return "treasure"

    @strawberry.field(permission_classes=[OnlyAda])  # type: ignore[untyped-decorator] # Strawberry types it as Any
    async def slow_secret(self, length: int = 3) -> list[str]:
        return ["treasure"] * min(length, 5)

    @strawberry.field(extensions=[Doubled()])  # type: ignore[untyped-decorator] # Strawberry types it as Any
    def doubled(self, text: str = "ab") -> str:
        return text

    @strawberry.field
    def rock(self) -> Rock:
        return ROCK

    @strawberry.field
    def view_rock(self) -> Rock:
        return ViewDog()  # type: ignore[return-value] # attributes suffice

    @strawberry.field
    def odd_rock(self) -> Rock | None:
        return Odd()  # type: ignore[return-value] # on purpose

    @strawberry.field
    def generated(self) -> list[int]:
        def numbers() -> Iterator[int]:
            yield from (1, 2, 3)

        return numbers()  # type: ignore[return-value] # any iterable will do

    @strawberry.field
    def nothing(self) -> str | None:
        return None

    @strawberry.field
    def broken(self, info: Info) -> str:
        info.context.log.append("broken")
        raise RuntimeError("password=hunter2")

    @strawberry.field
    async def broken_later(self) -> str | None:
        await asyncio.sleep(0)
        raise RuntimeError("password=hunter2")

    @strawberry.field
    def mistaken(self) -> str | None:
        raise ClientError("that is not yours", "FORBIDDEN", field="mistaken")

    @strawberry.field
    def missing(self) -> Rock | None:
        return Rock(mineral=None, layers=[1])  # type: ignore[arg-type] # null in a non-null field

    @strawberry.field
    def too_large(self) -> int | None:
        return 2**40

    @strawberry.field
    def wrong_thing(self) -> Animal | None:
        return ROCK  # type: ignore[return-value] # not one of them

    @strawberry.field
    def exception(self) -> str | None:
        return ValueError("returned, not raised")  # type: ignore[return-value] # on purpose

    @strawberry.field
    def text(self) -> str:
        return 'a "quoted" text\n\u2028 é 漢 😀'


@strawberry.type
class Paid:
    receipt: int
    note: str | None
    keeper: Keeper | None = None

    @strawberry.field
    async def strict_note(self) -> str:
        return self.note  # type: ignore[return-value] # null in a non-null field, on purpose


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def pay(self, info: Info, amount: Amount, note: str | None = None) -> Paid:
        info.context.log.append(f"pay {amount}")
        await asyncio.sleep(0)
        return Paid(receipt=len(info.context.log), note=note)

    @strawberry.mutation
    def pay_now(self, info: Info, search: Search) -> Paid | None:
        info.context.log.append("pay_now")
        return Paid(receipt=len(info.context.log), note=search.text, keeper=Keeper(id=strawberry.ID("k"), number=1))

    @strawberry.mutation
    async def fail(self, info: Info) -> Paid | None:
        info.context.log.append("fail")
        raise RuntimeError("password=hunter2")


@strawberry.type
class Tick:
    number: int
    secret: strawberry.Private[dict[Hashable, bytes] | None] = None
    keeper_number: strawberry.Private[int] = 1

    @strawberry.field
    def seen(self, info: Info) -> int:
        info.context.log.append(f"seen {self.number}")
        return self.number

    @strawberry.field
    async def keeper(self, info: Info) -> Keeper | None:
        info.context.log.append(f"keeper {self.number}")
        return await info.context.keepers.load(self.keeper_number)

    @strawberry.field
    def unlucky(self) -> str:
        if self.number == 2:
            raise RuntimeError("password=hunter2")
        return "lucky"


@strawberry.type
class Gap:
    after: int


Event = Annotated[Tick | Gap, strawberry.union("Event")]


def tick(number: int) -> Tick:
    event = Tick(number=number)
    event.shared = {}  # type: ignore[attr-defined] # what makes an event shareable
    return event


class Channel:
    """Where tests put events for subscribers; tells who is listening."""

    def __init__(self) -> None:
        self.queues: list[asyncio.Queue[Any]] = []
        self.closed = 0

    def publish(self, event: object) -> None:
        for queue in self.queues:
            queue.put_nowait(event)

    async def follow(self) -> AsyncIterator[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        self.queues.append(queue)
        try:
            while True:
                event = await queue.get()
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.queues.remove(queue)
            self.closed += 1


CHANNEL = Channel()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[Tick]:
        for number in range(min(to, 5)):
            yield Tick(number=number)

    @strawberry.subscription
    async def ticks(self, topic: str = "all") -> AsyncGenerator[Event]:  # noqa: ARG002 - told apart by the tests
        async for event in CHANNEL.follow():
            yield event

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int]:
        for number in (1, 2):
            if number == 1:
                raise ClientError("not yours", "FORBIDDEN")
            yield number


schema = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=SCALARS))
