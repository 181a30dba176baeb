"""Races of a membership's end with usage, with joining and with renewals (B7, B8, B10)."""

import random
from uuid import UUID

import pytest

from domain.commands import Command
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from models.workspaces import Member
from services.accepting import accept_invitation
from services.benefit_posting import post_more_benefits
from services.invitations import NewInvitation, create_invitation
from services.posting import Posting
from services.runtime import Runtime
from tests.concurrency.leaving import removed
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.credentials import make_user
from tests.factories.members import counts, member_of
from tests.factories.organisations import fill, make_organisation
from tests.factories.usage import spend

pytestmark = pytest.mark.anyio

QUOTA = 2_000_000


async def test_b7_after_a_removal_nothing_is_charged_and_before_it_everything_adds_up(
    processes: list[Runtime], runtime: Runtime
) -> None:
    rng = random.Random(1)
    for _ in range(ROUNDS):
        ref = await make_organisation(runtime)
        (bo,) = await fill(runtime, ref, 1)
        admin, id_ = await make_user(runtime, ref.admin_id), await member_of(bo)
        removal = removed(rng.choice(processes), admin, ref, id_, "key")
        using = [used(processes[i % len(processes)], bo.id, spend(1)) for i in range(RACERS - 1)]
        outcomes = await at_once(rng, [removal, *using])
        assert set(outcomes) <= {None, RefusalCode.MEMBERSHIP_ENDED}
        charged = outcomes[1:].count(None)
        row = await runtime.database.pool.fetchrow(
            """SELECT used, remaining, lapsed,
                (SELECT max(number) FROM entries WHERE wallet_id = $1 AND kind = 'CONSUME') <
                (SELECT number FROM entries WHERE wallet_id = $1 AND kind = 'BENEFITS_SUSPENDED') AS in_order
            FROM grants WHERE wallet_id = $1 AND meter = 'chat_credit'""",
            bo.id,
        )
        assert row
        assert (row["used"], row["remaining"], row["lapsed"]) == (charged * 1_000, 0, QUOTA - charged * 1_000)
        assert row["in_order"] in (True, None)
        assert await used(processes[0], bo.id, spend(1)) is RefusalCode.MEMBERSHIP_ENDED
    await assert_reconciled(runtime)


async def test_b8_removed_and_coming_back_at_once_it_is_one_or_the_other_and_the_seat_is_theirs(
    processes: list[Runtime], runtime: Runtime
) -> None:
    rng = random.Random(2)
    for _ in range(ROUNDS):
        ref = await make_organisation(runtime, seats=2)
        admin = await make_user(runtime, ref.admin_id)
        token = (await create_invitation(runtime, admin, ref.id, NewInvitation(7), "link")).token or ""
        (bo,) = await fill(runtime, ref, 1)
        person, id_ = await make_user(runtime, bo.person_id), await member_of(bo)
        racers = [removed(processes[i % 3], admin, ref, id_, f"{i}") for i in range(RACERS // 2)]
        joining = [back(processes[i % 3], person, token, f"{i}") for i in range(RACERS // 2)]
        outcomes = await at_once(rng, [*racers, *joining])
        assert set(outcomes[RACERS // 2 :]) == {None}
        is_member = (await Member.get(id=id_)).left_at is None
        expected = SeatCounts(0, 2, 0, 0) if is_member else SeatCounts(0, 1, 1, 0)
        assert await counts(runtime, ref) == expected
        pool = runtime.database.pool
        suspended = await pool.fetchval("SELECT suspended FROM wallets WHERE id = $1", bo.id)
        assert suspended == (None if is_member else "MEMBERSHIP_ENDED")
        row = await pool.fetchrow(
            "SELECT count(*), sum(remaining) AS remaining FROM grants WHERE wallet_id = $1 AND meter = 'chat_credit'",
            bo.id,
        )
        assert row
        assert (row["count"], row["remaining"]) == (1, QUOTA if is_member else 0), "no second grant, nothing lost"
        kinds = await pool.fetchval(
            "SELECT array_agg(kind ORDER BY at, id) FROM seat_changes WHERE person_id = $1", bo.person_id
        )
        gone = outcomes[: RACERS // 2].count(None)
        cycle = ["VACATED", "REASSIGNED"] * gone
        assert kinds == ["ASSIGNED", *(cycle if is_member else cycle[:-1])]
    await assert_reconciled(runtime)


async def test_b10_who_is_removed_while_a_renewal_is_posted_gets_nothing_back(
    processes: list[Runtime], runtime: Runtime
) -> None:
    rng = random.Random(3)
    for number in range(ROUNDS):
        ref = await make_organisation(runtime, seats=8)
        members = await fill(runtime, ref, 6)
        admin = await make_user(runtime, ref.admin_id)
        until = await runtime.database.pool.fetchval(
            """UPDATE subscriptions SET benefits_version = benefits_version + 1,
                benefits_until = benefits_until + interval '1 year' WHERE id = $1 RETURNING benefits_until""",
            ref.subscription_id,
        )
        gone, stay = members[:3], members[3:]
        removals = [
            removed(processes[i % 3], admin, ref, await member_of(each), f"{number}-{i}") for i, each in enumerate(gone)
        ]
        await at_once(rng, [*removals, *(posted(each) for each in processes)])
        rows = await runtime.database.pool.fetch(
            "SELECT id, benefits_until, suspended FROM wallets WHERE workspace_id = $1", ref.workspace_id
        )
        found = {row["id"]: (row["benefits_until"], row["suspended"]) for row in rows}
        assert {found[each.id][1] for each in gone} == {"MEMBERSHIP_ENDED"}
        assert {found[each.id] for each in stay} == {(until, None)}
        left = "SELECT sum(remaining) FROM grants WHERE wallet_id = ANY ($1::uuid[])"
        assert await runtime.database.pool.fetchval(left, [each.id for each in gone]) == 0
    await assert_reconciled(runtime)


async def back(runtime: Runtime, person: Principal, token: str, key: str) -> RefusalCode | None:
    """Come back by a link; None: they did, or were there."""
    refused = (await accept_invitation(runtime, person, token, key)).result.refused
    return refused.code if refused else None


async def used(runtime: Runtime, wallet_id: UUID, command: Command) -> RefusalCode | None:
    """Use a wallet; None: it could be used."""
    outcome = await runtime.poster.submit(Posting(command, wallet_id))
    return outcome.code if isinstance(outcome, Refusal) else None


async def posted(runtime: Runtime) -> RefusalCode | None:
    """Do what the worker does until nothing is left."""
    while await post_more_benefits(runtime):
        pass
    return None
