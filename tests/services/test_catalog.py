"""Loading of the catalog on a real PostgreSQL: versions are made on change only, in turn, and never touched again."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from catalog import FOLDER
from domain.catalog import DOCUMENTS, CatalogError
from models.database import Connection
from services.catalog import current_catalog, load_catalog, read_folder

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SHIPPED = read_folder(FOLDER)
LOADERS = 8


def with_seats_min(seats: int) -> dict[str, str]:
    return {**SHIPPED, "policies": SHIPPED["policies"].replace("seats_min = 5", f"seats_min = {seats}")}


async def stored(connection: Connection) -> list[tuple[str, int]]:
    rows = await connection.fetch("SELECT document, version FROM catalog_versions ORDER BY document, version")
    return [(row["document"], row["version"]) for row in rows]


FIRST = sorted((name, 1) for name in DOCUMENTS)


async def test_the_first_load_stores_version_1_of_each_document(connection: Connection) -> None:
    loaded = await load_catalog(connection, SHIPPED, NOW)
    assert await stored(connection) == FIRST
    assert await current_catalog(connection, LATER) == loaded
    row = await connection.fetchrow("SELECT * FROM catalog_versions WHERE document = 'plans'")
    assert row is not None
    assert row["content"] == SHIPPED["plans"]
    assert row["sha256"] == sha256(SHIPPED["plans"].encode()).digest()
    assert row["loaded_at"] == NOW


async def test_unchanged_documents_store_nothing_and_cost_one_statement(connection: Connection) -> None:
    first = await load_catalog(connection, SHIPPED, NOW)
    statements: list[str] = []
    with connection.query_logger(lambda record: statements.append(record.query)):
        assert await load_catalog(connection, SHIPPED, LATER) == first
        await asyncio.sleep(0)  # asyncpg calls loggers in the loop's next turn
    assert len(statements) == 1
    assert await stored(connection) == FIRST


async def test_a_changed_document_becomes_the_next_version_and_the_others_stay(connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    cheaper = {**SHIPPED, "plans": SHIPPED["plans"].replace("amount_minor = 1_900", "amount_minor = 1_500")}
    loaded = await load_catalog(connection, cheaper, LATER)
    assert await stored(connection) == sorted([*FIRST, ("plans", 2)])
    assert loaded.plans["plus"].version == 2
    assert loaded.plans["plus"].prices[0].amount_minor == 1_500
    assert loaded.prices["chat-message"].version == 1
    assert await current_catalog(connection, LATER) == loaded


NOTICED = LATER + timedelta(days=30)


def dearer(effective_at: datetime | None = None, minor: str = "2_000") -> dict[str, str]:
    """Plus costs more; `effective_at` stands before the first table."""
    text = SHIPPED["plans"].replace("amount_minor = 1_900", f"amount_minor = {minor}")
    assert text != SHIPPED["plans"]
    return {**SHIPPED, "plans": f"effective_at = {effective_at.isoformat()}\n{text}" if effective_at else text}


async def plus(connection: Connection, now: datetime) -> tuple[int, int]:
    """The version that is in force at an instant, and its monthly price."""
    plan = (await current_catalog(connection, now)).plans["plus"]
    return plan.version, plan.prices[0].amount_minor


@pytest.mark.parametrize("effective_at", [None, LATER, NOTICED - timedelta(microseconds=1)])
async def test_a7_a_price_that_rises_without_notice_is_refused(
    connection: Connection, effective_at: datetime | None
) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    with pytest.raises(CatalogError) as refused:
        await load_catalog(connection, dearer(effective_at), LATER)
    (problem,) = refused.value.problems
    assert problem == (
        "plans.toml: effective_at: must be 2026-02-15T12:00:00+00:00 or later (30 days of notice), since plus costs "
        "USD 20.00 MONTHLY instead of USD 19.00"
    )
    assert await stored(connection) == FIRST


async def test_a7_with_notice_the_former_plans_are_in_force_until_the_instant(connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    loaded = await load_catalog(connection, dearer(NOTICED), LATER)
    assert (loaded.plans["plus"].version, loaded.plans["plus"].prices[0].amount_minor) == (1, 1_900)
    assert await stored(connection) == sorted([*FIRST, ("plans", 2)])
    assert await plus(connection, NOTICED - timedelta(microseconds=1)) == (1, 1_900)
    assert await plus(connection, NOTICED) == (2, 2_000)
    again = await load_catalog(connection, dearer(NOTICED), NOTICED)  # a process that starts then
    assert (again.plans["plus"].version, await stored(connection)) == (2, sorted([*FIRST, ("plans", 2)]))


async def test_a7_what_was_to_come_can_be_taken_back_and_is_compared_with_as_well(connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    await load_catalog(connection, dearer(NOTICED), LATER)
    with pytest.raises(CatalogError, match=r"USD 30\.00 MONTHLY instead of USD 20\.00"):
        await load_catalog(connection, dearer(NOTICED, "3_000"), LATER + timedelta(seconds=1))
    await load_catalog(connection, SHIPPED, LATER + timedelta(seconds=1))
    assert await plus(connection, LATER + timedelta(seconds=1)) == (3, 1_900)
    assert await plus(connection, NOTICED) == (3, 1_900)


async def test_a7_the_very_first_plans_are_in_force_at_once(connection: Connection) -> None:
    loaded = await load_catalog(connection, dearer(NOTICED), NOW)
    assert loaded.plans["plus"].version == 1


@pytest.mark.parametrize("written", ["2026-03-01T00:00:00", '"2026-03-01T00:00:00Z"', "2026-03-01", "true"])
async def test_a7_an_instant_needs_its_offset(connection: Connection, written: str) -> None:
    with pytest.raises(CatalogError, match=r"plans\.toml: effective_at: must be a date and time with an offset"):
        await load_catalog(connection, {**SHIPPED, "plans": f"effective_at = {written}\n{SHIPPED['plans']}"}, NOW)
    assert await stored(connection) == []


async def test_going_back_to_an_older_text_is_a_new_version(connection: Connection) -> None:
    for seats in (5, 6, 5):
        await load_catalog(connection, with_seats_min(seats), NOW)
    assert await stored(connection) == sorted([*FIRST, ("policies", 2), ("policies", 3)])
    assert (await current_catalog(connection, LATER)).policies.seats_min == 5


async def test_a_document_that_is_not_given_stays(connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    loaded = await load_catalog(connection, {"policies": with_seats_min(6)["policies"]}, NOW)
    assert loaded.policies.seats_min == 6
    assert loaded.plans.keys() == (await current_catalog(connection, LATER)).plans.keys()


async def test_a_bad_document_changes_nothing_not_even_by_the_good_ones_beside_it(connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    bad = {**with_seats_min(6), "meters": SHIPPED["meters"].replace('"work_token"', '"token"')}
    with pytest.raises(CatalogError, match=r"prices\.toml: prices\[2\]\.meter"):
        await load_catalog(connection, bad, LATER)
    assert await stored(connection) == FIRST
    assert not connection.is_in_transaction()
    assert (await current_catalog(connection, LATER)).policies.seats_min == 5


async def test_an_unknown_document_is_refused(connection: Connection) -> None:
    with pytest.raises(CatalogError, match=r"notes\.toml: is no part of the catalog"):
        await load_catalog(connection, {**SHIPPED, "notes": ""}, NOW)
    assert await stored(connection) == []


async def test_no_catalog_yet_says_so(connection: Connection) -> None:
    with pytest.raises(CatalogError, match=r"meters\.toml: is missing"):
        await current_catalog(connection, LATER)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_versions SET content = ''",
        "DELETE FROM catalog_versions",
        "UPDATE catalog_versions SET version = 9",
    ],
)
async def test_a7_stored_versions_are_immutable(connection: Connection, statement: str) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute(statement)
    assert await stored(connection) == FIRST


async def test_many_loaders_at_once_make_one_version(dsn: str, connection: Connection) -> None:
    connections = [await asyncpg.connect(dsn) for _ in range(LOADERS)]
    try:
        for documents in (SHIPPED, with_seats_min(6), with_seats_min(7)):
            loaded = await asyncio.gather(*(load_catalog(each, documents, NOW) for each in connections))
            assert all(catalog == loaded[0] for catalog in loaded)
    finally:
        for each in connections:
            await each.close()
    assert await stored(connection) == sorted([*FIRST, ("policies", 2), ("policies", 3)])


async def test_different_loaders_at_once_make_one_version_each(dsn: str, connection: Connection) -> None:
    await load_catalog(connection, SHIPPED, NOW)
    connections = [await asyncpg.connect(dsn) for _ in range(LOADERS)]
    try:
        texts = [with_seats_min(6 + number) for number in range(LOADERS)]
        pairs = zip(connections, texts, strict=True)
        loaded = await asyncio.gather(*(load_catalog(each, documents, NOW) for each, documents in pairs))
    finally:
        for each in connections:
            await each.close()
    assert [catalog.policies.seats_min for catalog in loaded] == [6 + number for number in range(LOADERS)]
    assert await stored(connection) == sorted([*FIRST, *(("policies", 2 + number) for number in range(LOADERS))])


async def test_a_load_inside_a_transaction_goes_with_it(connection: Connection) -> None:
    transaction = connection.transaction()
    await transaction.start()
    await load_catalog(connection, SHIPPED, NOW)
    await transaction.rollback()
    assert await stored(connection) == []


def test_a_folder_is_read_by_name_and_bad_bytes_are_named(tmp_path: Path) -> None:
    (tmp_path / "meters.toml").write_bytes(b"# \xc3\xa9\r\nx = 1\r\n")
    (tmp_path / "notes.txt").write_text("no part of it")
    assert read_folder(tmp_path) == {"meters": "# é\nx = 1\n"}
    (tmp_path / "plans.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(CatalogError, match=r"^plans\.toml: is not UTF-8 at byte 2$"):
        read_folder(tmp_path)
