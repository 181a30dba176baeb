"""The worker makes things timely (F10): what falls due arrives at that moment, not at the next request."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from app import worker
from app.runtime import open_runtime, system_clock
from app.settings import BrokerKind
from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.commands import StartAllowance
from domain.ids import public_id
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from services.credentials import issue_session
from services.runtime import Runtime
from tests.factories.runtime import catalog, clock, runtime
from tests.factories.wallets import CREDIT, carry_out, make_wallet
from tests.faults.serving import Server

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

PERIOD = timedelta(hours=1)
DUE_IN = timedelta(seconds=2)
QUOTA = 5 * THOUSANDTHS_PER_UNIT


@contextmanager
def installation(dsn: str, data_dir: Path, *, apart: bool) -> Iterator[Server]:
    """A server that is its own worker, or one with a worker beside it."""
    with ExitStack() as running:
        if apart:
            running.enter_context(Server(data_dir, command="worker", DATABASE_URL=dsn))
        yield running.enter_context(Server(data_dir, *["--no-worker"] * apart, DATABASE_URL=dsn))


async def quota_that_turns_over_soon(dsn: str) -> tuple[str, str]:
    """A person's workspace with a quota whose period began an hour ago, but for two seconds; and their token."""
    async with open_runtime(dsn, BrokerKind.MEMORY, clock=lambda: system_clock() - PERIOD + DUE_IN) as earlier:
        wallet = await make_wallet(earlier)
        start = StartAllowance(CREDIT, Pool.MAIN, QUOTA, Cycle(CycleUnit.HOURS, 1), "test")
        await carry_out(earlier, wallet.id, start)
        session = await issue_session(earlier, wallet.person_id, "test", timedelta(days=1))
    return public_id("wsp", wallet.workspace_id), session.token


@pytest.mark.parametrize("apart", [False, True], ids=["in the server", "in a process of its own"])
async def test_f10_a_refresh_arrives_in_an_open_feed_without_a_request(
    own_dsn: str, tmp_path: Path, *, apart: bool
) -> None:
    with installation(own_dsn, tmp_path, apart=apart) as server:
        workspace, token = await quota_that_turns_over_soon(own_dsn)
        async with server.client(token) as person, person.follow(workspace) as feed:
            snapshot = await feed.next()
            before = snapshot["balance"]["asOfEntry"]
            events = await feed.until(lambda event: event.get("entry", {}).get("kind") == "GRANT")
    entries = [event["entry"] for event in events]
    assert [entry["kind"] for entry in entries] == ["EXPIRE", "GRANT"]
    assert [entry["number"] for entry in entries] == [before + 1, before + 2]
    assert [entry["amount"] for entry in entries] == ["5", "5"]
    assert entries[-1]["balance"]["quotas"] == [{"remaining": "5"}]


async def test_a_worker_outlives_whatever_goes_wrong_and_ends_when_it_is_told_to(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, calls = asyncio.Event(), 0

    async def fail_first(_runtime: Runtime) -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("the database is away")
        if calls == 2:
            raise ValueError("a wallet that cannot be read")
        stop.set()
        return 0

    monkeypatch.setattr(worker, "write_due", fail_first)
    monkeypatch.setattr(worker, "RETRY_S", 0)
    async with asyncio.timeout(10):
        await worker.work(runtime, stop)
    assert calls == 3
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [OSError, ValueError]
