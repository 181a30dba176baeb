"""Races about people's data (A5): one archive, one deletion, and the books add up whoever wins."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.commands import Command
from domain.refusals import Refusal
from domain.workspaces import MemberRole
from services.deletions import GRACE, cancel_deletion, request_deletion
from services.due_deletions import carry_out_deletions
from services.export_building import build_next_export
from services.exports import request_export
from services.posting import Posting
from services.runtime import Runtime
from tests.concurrency.racing import assert_reconciled, at_once
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import make_organisation, put_member
from tests.factories.people_data import Known, make_known
from tests.factories.usage import hold, spend

pytestmark = pytest.mark.anyio

ROUNDS = 6


async def test_a5_several_who_ask_get_one_export_and_several_workers_build_it_once(
    processes: list[Runtime], runtime: Runtime
) -> None:
    rng = random.Random(1)
    for number in range(ROUNDS):
        known = await make_known(runtime, f"-{number}")
        asking = (request_export(each, known.principal, f"{i}") for i, each in enumerate(processes))
        asked = {done.result.export.id for done in await at_once(rng, asking) if done.result.export}
        assert len(asked) == 1
        built = await at_once(rng, (build_next_export(each) for each in processes))
        assert sum(built) == 1
        rows = await runtime.database.pool.fetch(
            """SELECT e.state, e.size, sum(length(p.content)) AS stored, max(p.number) AS last, count(*) AS parts
            FROM exports e JOIN export_parts p ON p.export_id = e.id WHERE e.person_id = $1 GROUP BY e.id""",
            known.person_id,
        )
        assert [(row["state"], row["stored"], row["last"]) for row in rows] == [
            ("READY", rows[0]["size"], rows[0]["parts"])
        ]


async def test_a5_the_next_worker_takes_over_from_one_whose_connection_is_cut(
    processes: list[Runtime], runtime: Runtime
) -> None:
    known = await make_known(runtime)
    await request_export(runtime, known.principal, "key")
    first, second, _ = processes
    async with first.database.transaction() as connection:  # what a worker holds that is in the middle of it
        id_ = await connection.fetchval("SELECT id FROM exports")
        await runtime.database.pool.execute("UPDATE exports SET state = 'RUNNING'")
        await connection.fetchval("SELECT pg_advisory_xact_lock($1)", int.from_bytes(id_.bytes[8:], signed=True))
        assert not await build_next_export(second), "somebody builds it"
    assert await build_next_export(second)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "READY"


async def test_a5_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(
    processes: list[Runtime], runtime: Runtime
) -> None:
    known = await make_known(runtime)
    await request_export(runtime, known.principal, "key")
    first, second, _ = processes
    killing: list[asyncio.Future[object]] = []
    kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"

    def killed() -> bool:
        killing.append(asyncio.ensure_future(runtime.database.pool.fetch(kill)))
        return False

    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError)):
        await build_next_export(first, killed)
    await asyncio.gather(*killing)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "RUNNING"
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0
    assert await build_next_export(second)
    assert await runtime.database.pool.fetchval("SELECT state FROM exports") == "READY"


async def test_a5_a_deletion_is_carried_out_or_called_back_never_both(
    processes: list[Runtime], runtime: Runtime, clock: TestClock
) -> None:
    rng = random.Random(2)
    for number in range(ROUNDS):
        clock.now = NOW + number * timedelta(days=30)
        known = await make_known(runtime, f"-{number}")
        assert (await request_deletion(runtime, known.principal, "key")).result.deletion
        clock.advance(GRACE)

        first, second, third = processes
        done, again, back = await at_once(
            rng, [carry_out_deletions(first), carry_out_deletions(second), call_back(third, known)]
        )
        assert done + again + back == 1
        row = await runtime.database.pool.fetchrow(
            """SELECT p.status, d.done_at, d.called_back_at FROM deletions d JOIN persons p ON p.id = d.person_id
            WHERE p.id = $1""",
            known.person_id,
        )
        assert row
        assert (row["status"] == "DELETED") == (row["done_at"] is not None) == (row["called_back_at"] is None)
    await assert_reconciled(runtime)


async def test_a5_a_deletion_that_races_with_usage_leaves_nothing_and_the_books_add_up(
    processes: list[Runtime], runtime: Runtime, clock: TestClock
) -> None:
    rng = random.Random(3)
    for number in range(ROUNDS):
        clock.now = NOW + number * timedelta(days=30)
        known = await make_known(runtime, f"-{number}")
        assert (await request_deletion(runtime, known.principal, "key")).result.deletion
        clock.advance(GRACE)
        commands = [command for _ in processes for command in (spend(1), hold(2), spend(1), hold(1))]
        users = [use(processes[i % len(processes)], known.wallet.id, command) for i, command in enumerate(commands)]
        deleted = await at_once(rng, [*users, carry_out_deletions(processes[0]), carry_out_deletions(processes[1])])
        assert sum(deleted[-2:]) == 1
        left = await runtime.database.pool.fetchval(
            "SELECT sum(remaining + held) FROM grants WHERE wallet_id = $1", known.wallet.id
        )
        assert left == 0
        running = "SELECT count(*) FROM tasks WHERE wallet_id = $1 AND status = 'RUNNING'"
        assert await runtime.database.pool.fetchval(running, known.wallet.id) == 0
        assert await use(processes[0], known.wallet.id, spend(1)) == 0
    await assert_reconciled(runtime)


async def test_a5_of_two_administrators_who_go_at_once_one_stays(processes: list[Runtime], runtime: Runtime) -> None:
    rng = random.Random(4)
    for number in range(ROUNDS):
        people = [await make_known(runtime, f"-{number}-{which}", rich=False) for which in ("a", "b", "c")]
        ref = await make_organisation(runtime, admin=people[0].person_id)
        for person, role in zip(people[1:], (MemberRole.ADMIN, MemberRole.MEMBER), strict=True):
            await put_member(runtime, ref.id, person.person_id, role=role)
        asking = (
            request_deletion(each, person.principal, "k") for each, person in zip(processes, people[:2], strict=False)
        )
        results = [done.result.refused for done in await at_once(rng, asking)]
        assert sorted(refused.code if refused else "" for refused in results) == ["", "SOLE_ADMINISTRATOR"]


async def test_a5_an_export_at_work_and_a_deletion_do_not_get_in_each_others_way(
    processes: list[Runtime], runtime: Runtime, clock: TestClock
) -> None:
    rng = random.Random(5)
    for number in range(ROUNDS):
        clock.now = NOW + number * timedelta(days=30)
        known = await make_known(runtime, f"-{number}")
        await request_deletion(runtime, known.principal, "key")
        await request_export(runtime, known.principal, "export")
        clock.advance(GRACE)
        first, second, _ = processes
        await at_once(rng, [build_next_export(first), carry_out_deletions(second)])
        while await carry_out_deletions(second):  # what waited for the archive
            pass
        await build_next_export(first)
        assert await runtime.database.pool.fetchval("SELECT count(*) FROM exports") == 0
        assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0
        status = "SELECT status FROM persons WHERE id = $1"
        assert await runtime.database.pool.fetchval(status, known.person_id) == "DELETED"
    await assert_reconciled(runtime)


async def call_back(runtime: Runtime, known: Known) -> int:
    """Call a deletion back; 1: it was."""
    return int((await cancel_deletion(runtime, known.principal, "back")).result.refused is None)


async def use(runtime: Runtime, wallet_id: UUID, command: Command) -> int:
    """Use a wallet; 1: it could be used."""
    return int(not isinstance(await runtime.poster.submit(Posting(command, wallet_id)), Refusal))
