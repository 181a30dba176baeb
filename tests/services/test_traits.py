"""Links between accounts of one person (A3): keyed hashes, bounded in number, that alone block nobody."""

from datetime import timedelta
from uuid import UUID

import pytest

from models.persons import Person
from models.traits import TraitKind
from services import traits as module
from services.keyed_hashes import KeyedHashes
from services.runtime import Runtime
from services.signing_in import SignedIn
from services.traits import STRONG, WEAK, Seen, record_traits, same_person
from tests.factories.clock import NOW, TestClock
from tests.factories.persons import make_people, make_person
from tests.factories.sign_ins import HASHES, assertion, signed_in
from tests.factories.statements import recorded
from tests.factories.tables import places_of

pytestmark = pytest.mark.anyio

HOME, HOME_V6 = "203.0.113.9", "2001:db8:1:2:3:4:5:6"


async def show(runtime: Runtime, person_id: UUID, seen: Seen, *, flags: bool = False) -> None:
    async with runtime.database.transaction() as connection:
        await record_traits(connection, HASHES, person_id, seen, runtime.clock(), flags=flags)


async def same(runtime: Runtime, person_id: UUID, kinds: frozenset[TraitKind] = STRONG | WEAK) -> frozenset[UUID]:
    async with runtime.database.pool.acquire() as connection:
        return await same_person(connection, person_id, kinds)


async def kept(runtime: Runtime, person_id: UUID) -> list[tuple[object, ...]]:
    rows = await runtime.database.pool.fetch(
        "SELECT kind, first_seen_at, last_seen_at FROM traits WHERE person_id = $1 ORDER BY kind, id", person_id
    )
    return [tuple(row) for row in rows]


async def come(runtime: Runtime, subject: str, address: str | None = None, device_id: str | None = None) -> SignedIn:
    asserted = assertion(subject, f"{subject}@example.org")
    return await signed_in(runtime, asserted, address=address, device_id=device_id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Seen(email="Ada@example.org"), Seen(email="ada@Example.ORG ")),
        (Seen(phone="+86 10 5555-0100"), Seen(phone="0086 (10) 55550100")),
        (Seen(device="d1"), Seen(device=" d1 ")),
        (Seen(address=HOME), Seen(address=f"::ffff:{HOME}")),
        (Seen(address=HOME_V6), Seen(address="2001:db8:1:2::1")),
    ],
    ids=repr,
)
async def test_a3_the_same_thing_links_however_it_is_written(runtime: Runtime, one: Seen, other: Seen) -> None:
    ada, bo, eve = await make_people(3)
    await show(runtime, ada, one)
    await show(runtime, bo, other)
    await show(runtime, eve, Seen("eve@example.org", "+86 10 5555 0199", "d2", "203.0.113.10"))
    assert await same(runtime, ada) == {ada, bo}
    assert await same(runtime, bo) == {ada, bo}
    assert await same(runtime, eve) == {eve}


async def test_a3_kinds_are_kept_apart(runtime: Runtime) -> None:
    ada, bo = await make_people(2)
    await show(runtime, ada, Seen(device=HOME))
    await show(runtime, bo, Seen(address=HOME))
    assert await same(runtime, ada) == {ada}


async def test_a3_links_may_be_asked_for_by_kind_and_are_no_chains(runtime: Runtime) -> None:
    ada, bo, eve = await make_people(3)
    await show(runtime, ada, Seen(address=HOME))
    await show(runtime, bo, Seen(phone="+12025550100", address=HOME))
    await show(runtime, eve, Seen(phone="+12025550100"))
    assert await same(runtime, bo) == {ada, bo, eve}
    assert await same(runtime, bo, STRONG) == {bo, eve}
    assert await same(runtime, ada) == {ada, bo}
    assert await same(runtime, ada, STRONG) == {ada}


async def test_a3_nobody_finds_out_without_the_key(runtime: Runtime) -> None:
    ada, bo = await make_people(2)
    await show(runtime, ada, Seen("ada@example.org", "+12025550100", "my device", HOME))
    async with runtime.database.transaction() as connection:
        await record_traits(connection, KeyedHashes(b"another"), bo, Seen(address=HOME), NOW)
    assert await same(runtime, ada) == {ada}
    needles = ("ada@example.org", "2025550100", "my device", HOME)
    assert await places_of(runtime.database, *needles) == set()


async def test_a3_seeing_again_is_written_once_a_day(runtime: Runtime, clock: TestClock) -> None:
    ada = await make_person()
    for hours in (0, 1, 22, 1, 23):
        clock.advance(timedelta(hours=hours))
        await show(runtime, ada, Seen(address=HOME))
    assert await kept(runtime, ada) == [("ADDRESS", NOW, NOW + timedelta(hours=24))]


async def test_a3_a_person_has_a_bounded_number_of_traits(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRAITS_PER_KIND_MAX", 3)
    ada, bo = await make_people(2)
    await show(runtime, bo, Seen(device="other", address="203.0.113.1"))
    await show(runtime, ada, Seen(device="d"))
    for last in range(1, 6):
        clock.advance(timedelta(days=1))
        await show(runtime, ada, Seen(address=f"203.0.113.{last}"))
        await show(runtime, ada, Seen(address="203.0.113.1"))  # in use all the time
    days = [day.days for _, _, seen in await kept(runtime, ada) if (day := seen - NOW)]  # type: ignore[operator] # an instant
    assert sorted(days) == [4, 5, 5]
    assert await same(runtime, ada) == {ada, bo}
    assert [kind for kind, _, _ in await kept(runtime, ada)].count("DEVICE") == 1
    assert len(await kept(runtime, bo)) == 2


@pytest.mark.parametrize("address", ["", "nowhere", "203.0.113", "x" * 10_000, "1.2.3.4\0", "::zz"])
async def test_a3_what_is_no_address_is_left_out(runtime: Runtime, address: str) -> None:
    ada = await make_person()
    async with recorded(runtime.database.pool) as statements:
        await show(runtime, ada, Seen(address=address, device="a\0b"))
    assert await kept(runtime, ada) == []
    assert statements == ["BEGIN;", "COMMIT;"]


@pytest.mark.parametrize("seen", [Seen(phone="12345"), Seen(phone="+1 2"), Seen(phone="+" + "1" * 16), Seen(email="a")])
async def test_a3_what_cannot_have_been_verified_is_a_fault(runtime: Runtime, seen: Seen) -> None:
    with pytest.raises(ValueError, match="must be"):
        await show(runtime, await make_person(), seen)


@pytest.mark.parametrize(("address", "device"), [(HOME, None), (None, "d1"), (HOME, "d1")])
async def test_a3_a_shared_device_or_address_raises_a_flag_and_blocks_nobody(
    runtime: Runtime, address: str | None, device: str | None
) -> None:
    first = await come(runtime, "1", address, device)
    second = await come(runtime, "2", address, device)
    other = await come(runtime, "3", "203.0.113.200", "d200")
    flags = {row["id"]: row["under_review"] for row in await Person.all().values("id", "under_review")}
    assert flags == {first.person_id: False, second.person_id: True, other.person_id: False}
    assert await same(runtime, first.person_id) == {first.person_id, second.person_id}


async def test_a3_coming_back_from_elsewhere_raises_no_flag(runtime: Runtime) -> None:
    """Who has an account may use it in any café; the link is known all the same."""
    first = await come(runtime, "1", HOME)
    second = await come(runtime, "2", "203.0.113.200")
    await come(runtime, "2", HOME)
    assert not (await Person.get(id=second.person_id)).under_review
    assert await same(runtime, second.person_id) == {first.person_id, second.person_id}


async def test_a3_links_are_bounded(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINKED_MAX", 2)
    people = await make_people(5)
    for person in people:
        await show(runtime, person, Seen(address=HOME))
    async with recorded(runtime.database.pool) as statements:
        assert len(await same(runtime, people[0])) == 3
    assert len(statements) == 1
