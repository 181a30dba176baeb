"""The worker's strand for people's data (A5): exports, their end, deletions; faults do not end it."""

import asyncio
from collections.abc import Awaitable, Callable

import anyio
import pytest

from app import data_worker
from app.data_worker import care_for_data
from services.deletions import GRACE, request_deletion
from services.exports import ARCHIVE_KEPT, exports_of_viewer, request_export
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.people_data import make_known
from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

STATUS = "SELECT status FROM persons WHERE id = $1"


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_worker, "POLL_S", 0.01)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(20):
        while not await holds():  # noqa: ASYNC110 - what is awaited is in the database
            await asyncio.sleep(0.01)


async def test_a5_exports_are_built_and_deletions_are_carried_out(runtime: Runtime, clock: TestClock) -> None:
    known, stop = await make_known(runtime), asyncio.Event()
    await request_export(runtime, known.principal, "key")
    work = asyncio.ensure_future(care_for_data(runtime, stop))

    async def states() -> list[str]:
        return [row["state"] for row in await runtime.database.pool.fetch("SELECT state FROM exports")]

    async def is_ready() -> bool:
        return await states() == ["READY"]

    async def is_deleted() -> bool:
        return str(await runtime.database.pool.fetchval(STATUS, known.principal.person_id)) == "DELETED"

    await until(is_ready)
    assert (await exports_of_viewer(runtime, known.principal))[0].progress == 100
    assert (await request_deletion(runtime, known.principal, "delete")).result.deletion
    clock.now = NOW + GRACE
    await until(is_deleted)
    assert await states() == []
    stop.set()
    await work


async def test_a5_old_archives_are_deleted(runtime: Runtime, clock: TestClock) -> None:
    known, stop = await make_known(runtime), asyncio.Event()
    await request_export(runtime, known.principal, "key")
    work = asyncio.ensure_future(care_for_data(runtime, stop))

    async def has_parts() -> bool:
        return bool(await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts"))

    async def has_none() -> bool:
        return not await has_parts()

    await until(has_parts)
    clock.now = NOW + ARCHIVE_KEPT
    await until(has_none)
    stop.set()
    await work


async def test_a5_whatever_fails_is_tried_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, rounds = asyncio.Event(), 0

    async def fails(_: Runtime) -> int:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            stop.set()
        raise ConnectionResetError("away")

    monkeypatch.setattr(data_worker, "carry_out_deletions", fails)
    with anyio.fail_after(20):
        await care_for_data(runtime, stop)
    assert rounds == 3
    assert caplog.text.count("tries again") == 3
