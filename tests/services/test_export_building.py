"""Building exports (A5): whole or not there, told as it goes, started over after a crash, in bounded memory."""

import asyncio
import json
import os
import tracemalloc
from typing import Any
from uuid import UUID

import pytest

from domain.exports import PROGRESS_TOLD, ExportState, progress_told
from domain.persons import PersonStatus
from services import export_building
from services.archives import PART_BYTES_MAX, Archive
from services.export_building import build_next_export
from services.exports import exports_of_viewer, parts, request_export
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.exports import downloaded, exported_bytes, read
from tests.factories.people_data import make_known
from tests.factories.persons import set_status
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, give

pytestmark = pytest.mark.anyio

Json = Any


async def test_a5_progress_is_told_in_the_feed_a_bounded_number_of_times(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    await carry_out(runtime, grace.wallet.id, *[spend(1)] * 60)
    await downloaded(runtime, grace)
    rows = await runtime.database.pool.fetch(
        """SELECT body -> 'notice' -> 'facts' ->> 'progress' AS progress,
            body -> 'notice' -> 'facts' ->> 'state' AS state
        FROM entries WHERE wallet_id = $1 AND body -> 'notice' ->> 'kind' = 'EXPORT_PROGRESS' ORDER BY number""",
        grace.wallet.id,
    )
    told = [int(row["progress"]) for row in rows]
    assert told == sorted(set(told))
    assert (told[0], told[-1]) == (0, 100)
    assert set(told) <= set(PROGRESS_TOLD)
    assert [row["state"] for row in rows] == ["RUNNING"] * (len(rows) - 1) + ["READY"]


def test_progress_never_says_100_before_it_is_ready() -> None:
    assert [progress_told(done, 8) for done in range(9)] == [0, 0, 25, 25, 50, 50, 75, 75, 75]
    assert progress_told(0, 0) == 0


async def test_a5_exports_of_the_suspended_are_built_all_the_same(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    await request_export(runtime, grace.principal, "key")
    await set_status(grace.person_id, PersonStatus.TERMINATED)
    assert await build_next_export(runtime)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "READY"


async def test_a5_a_worker_that_stops_leaves_the_export_to_the_next(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    await request_export(runtime, grace.principal, "key")
    assert not await build_next_export(runtime, lambda: True)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "RUNNING"
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0
    assert await build_next_export(runtime)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "READY"
    assert not await build_next_export(runtime)


async def test_a5_a_crash_in_the_middle_loses_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = await make_known(runtime)
    await request_export(runtime, grace.principal, "key")

    async def crash(*_: object) -> None:
        raise ConnectionResetError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(export_building._Builder, "_ready", crash)
        with pytest.raises(ConnectionResetError):
            await build_next_export(runtime)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0
    assert len(await exported_bytes(runtime, grace)) > 0


async def test_a5_an_export_that_cannot_be_made_fails_and_says_so(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    grace, other = await make_known(runtime), await make_known(runtime, "-other", rich=False)
    await request_export(runtime, grace.principal, "key")
    await request_export(runtime, other.principal, "key")

    def broken(*_: object) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "finish", broken)
        assert await build_next_export(runtime)
    assert "could not be made" in caplog.text
    states = {row.state for known in (grace, other) for row in await exports_of_viewer(runtime, known.principal)}
    assert states == {ExportState.FAILED, ExportState.QUEUED}
    assert await build_next_export(runtime)
    assert (await request_export(runtime, grace.principal, "again")).result.export


async def test_a5_the_person_is_gone_while_it_is_built(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    await request_export(runtime, grace.principal, "key")
    asked = 0

    def erase_meanwhile() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            tasks.append(asyncio.ensure_future(runtime.database.pool.execute("DELETE FROM exports")))
        return False

    tasks: list[asyncio.Future[Any]] = []
    assert await build_next_export(runtime, erase_meanwhile)
    assert await asyncio.gather(*tasks) == ["DELETE 1"]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0


async def test_archives_hold_a_part_and_some_rows_however_large_they_get() -> None:
    made = Archive(NOW)
    tracemalloc.start()
    try:
        made.open("entries.jsonl", 24_000)
        sizes, peak_first = [], 0
        for number in range(24_000):
            made.add(json.dumps({"number": number, "noise": os.urandom(500).hex()}))
            if number % 50 == 0:
                sizes += [len(part) for part in made.parts()]
            if number == 6_000:
                peak_first = tracemalloc.get_traced_memory()[1]
        made.close()
        made.finish({})
        sizes += [len(part) for part in made.parts(last=True)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(sizes) > 10
    assert set(sizes[:-1]) == {PART_BYTES_MAX}
    assert 0 < sizes[-1] <= PART_BYTES_MAX
    assert peak < 6 * PART_BYTES_MAX
    assert peak <= peak_first + PART_BYTES_MAX


async def test_a5_twenty_thousand_entries_are_exported_in_bounded_memory(runtime: Runtime) -> None:
    person = await make_known(runtime, rich=False)
    await give(runtime, person.wallet.id, 1)
    await _many_entries(runtime, person.wallet.id, 20_000)
    await request_export(runtime, person.principal, "key")
    tracemalloc.start()
    try:
        assert await build_next_export(runtime)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    (row,) = await exports_of_viewer(runtime, person.principal)
    assert row.size
    assert peak < 8 * PART_BYTES_MAX, "some rows and a part"
    content = b"".join([part async for part in parts(runtime, row)])
    assert read(content)[0]["entries.jsonl"].count("\n") >= 20_000


async def _many_entries(runtime: Runtime, wallet_id: UUID, count: int) -> None:
    """Entries that only look like ones: nothing replays them here."""
    await runtime.database.pool.execute(
        """INSERT INTO entries (wallet_id, number, workspace_id, kind, at, meter, amount, body)
        SELECT e.wallet_id, n, e.workspace_id, 'NOTICE', e.at, '', 0,
            e.body || jsonb_build_object('noise',
                (SELECT string_agg(md5(n::text || i::text), '') FROM generate_series(1, 20) i))
        FROM entries e, generate_series(2, $2) n WHERE e.wallet_id = $1 AND e.number = 1""",
        wallet_id,
        count,
    )
    await runtime.database.pool.execute("UPDATE wallets SET last_entry = $2 WHERE id = $1", wallet_id, count)
