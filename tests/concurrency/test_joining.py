"""Joining under a race: one seat goes to one person, once, whoever else reaches for it at the same instant (B4-B8)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import datetime
from uuid import UUID

import pytest

from domain.refusals import RefusalCode
from domain.seats import SeatCounts
from services.accepting import accept_invitation
from services.invitation_reads import token_hash
from services.invitations import revoke_invitation
from services.runtime import Runtime
from services.seats import seat_counts, settle_seats
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.clock import TestClock
from tests.factories.organisations import OrganisationRef, fill, invite, make_organisation, user
from tests.factories.persons import make_people

pytestmark = pytest.mark.anyio

TOGETHER = pytest.mark.parametrize("together", [1, 3], ids=["one process", "three processes"])
JOINED = None
SETTLEMENT = datetime.fromisoformat("2026-02-15T12:00:00Z")

_MEMBERSHIPS = """
INSERT INTO members (id, workspace_id, person_id, role, joined_at)
SELECT gen_random_uuid(), w, $1, 'MEMBER', $2 FROM unnest($3::uuid[]) AS w
"""


async def accept(runtime: Runtime, person_id: UUID, token: str, key: str = "k") -> RefusalCode | None:
    """The refusal's code; None: joined."""
    done = await accept_invitation(runtime, user(person_id), token, key)
    return done.result.refused.code if done.result.refused else JOINED


async def all_join(
    rng: random.Random, processes: list[Runtime], people: Iterable[UUID], token: str
) -> list[RefusalCode | None]:
    """Each person accepts once, all at the same time, in different processes if there are several."""
    return await at_once(
        rng, (accept(processes[racer % len(processes)], each, token) for racer, each in enumerate(people))
    )


async def counts(runtime: Runtime, ref: OrganisationRef) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, ref.id, runtime.clock())


async def counted(runtime: Runtime, ref: OrganisationRef, racing: Awaitable[object]) -> set[int]:
    """All totals that a reader sees while others race."""
    totals: set[int] = set()
    race = asyncio.ensure_future(racing)
    while not race.done():
        totals.add((await counts(runtime, ref)).total)
    await race
    return totals


@TOGETHER
async def test_b5_the_last_seat_goes_to_exactly_one(processes: list[Runtime], together: int) -> None:
    rng, runtime = random.Random(1), processes[0]
    for _ in range(ROUNDS):
        ref, people = await make_organisation(runtime, seats=2), await make_people(RACERS)
        token = await invite(runtime, ref)
        racing = asyncio.ensure_future(all_join(rng, processes[:together], people, token))
        assert await counted(processes[-1], ref, racing) == {2}
        assert Counter(racing.result()) == {JOINED: 1, RefusalCode.NO_SEAT_AVAILABLE: RACERS - 1}
        assert await counts(runtime, ref) == SeatCounts(0, 2, 0, 0)
    await assert_one_grant_a_period(runtime, 2 * ROUNDS)


async def test_b5_the_same_person_50_times_at_once_takes_one_seat(processes: list[Runtime]) -> None:
    rng, runtime = random.Random(2), processes[0]
    for person in await make_people(ROUNDS):
        ref = await make_organisation(runtime)
        token = await invite(runtime, ref)
        keys = [f"k{racer % 10}" for racer in range(RACERS)]  # some with the same key, some with another
        racers = [accept(processes[racer % len(processes)], person, token, key) for racer, key in enumerate(keys)]
        assert set(await at_once(rng, racers)) == {JOINED}
        assert await counts(runtime, ref) == SeatCounts(3, 2, 0, 3)
    assert await runtime.database.pool.fetchval("SELECT sum(uses) FROM invitations") == ROUNDS
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM invitation_uses") == ROUNDS
    await assert_one_grant_a_period(runtime, 2 * ROUNDS)


async def test_b5_of_the_tenth_and_eleventh_organisation_at_once_exactly_one_is_joined(
    processes: list[Runtime],
) -> None:
    rng, runtime = random.Random(3), processes[0]
    nine = [(await make_organisation(runtime)).workspace_id for _ in range(9)]
    refs = [await make_organisation(runtime, seats=ROUNDS + 1) for _ in range(2)]
    tokens = [await invite(runtime, ref) for ref in refs]
    for person in await make_people(ROUNDS):
        await runtime.database.pool.execute(_MEMBERSHIPS, person, runtime.clock(), nine)
        racers = [
            accept(processes[racer % len(processes)], person, tokens[racer % 2], f"k{racer}") for racer in range(RACERS)
        ]
        outcomes = await at_once(rng, racers)
        told = {RefusalCode.TOO_MANY_ORGANIZATIONS}, {JOINED}
        assert (set(outcomes[::2]), set(outcomes[1::2])) in (told, told[::-1])
    joined = sum([(await counts(runtime, ref)).allocated - 1 for ref in refs])
    assert joined == ROUNDS


async def test_b4_a_link_for_seven_lets_seven_in(processes: list[Runtime]) -> None:
    rng, runtime, few = random.Random(4), processes[0], 7
    for _ in range(ROUNDS):
        ref, people = await make_organisation(runtime, seats=RACERS), await make_people(RACERS)
        outcomes = await all_join(rng, processes, people, await invite(runtime, ref, uses_max=few))
        assert Counter(outcomes) == {JOINED: few, RefusalCode.INVITATION_INVALID: RACERS - few}
        assert (await counts(runtime, ref)).allocated == few + 1


async def test_b4_nobody_joins_by_a_link_after_its_revocation(processes: list[Runtime]) -> None:
    rng, runtime, pool = random.Random(5), processes[0], processes[0].database.pool
    seen: Counter[RefusalCode | None] = Counter()
    for _ in range(ROUNDS):
        ref, people = await make_organisation(runtime, seats=RACERS // 3), await make_people(RACERS)
        token = await invite(runtime, ref)
        id_ = await pool.fetchval("SELECT id FROM invitations WHERE token_hash = $1", token_hash(token))

        async def revoke(ref: OrganisationRef = ref, id_: UUID = id_) -> int:
            """How many had joined when it was revoked: nobody afterwards."""
            done = await revoke_invitation(processes[1], user(ref.admin_id), id_, "r")
            assert done.invitation
            assert done.invitation.revoked_at
            return done.invitation.uses

        racers = [accept(processes[racer % 3], each, token) for racer, each in enumerate(people[1:])]
        revoked, *rest = await at_once(rng, [revoke(), *racers])
        outcomes = [outcome for outcome in rest if not isinstance(outcome, int)]
        assert outcomes.count(JOINED) == revoked == (await counts(runtime, ref)).allocated - 1
        assert await accept(runtime, people[0], token) is RefusalCode.INVITATION_INVALID
        seen.update(outcomes)
    assert RefusalCode.INVITATION_INVALID in seen
    assert await pool.fetchval("SELECT count(*) FROM invitation_uses") == seen[JOINED]


async def test_b6_seats_that_come_free_are_given_once_while_three_workers_settle(
    processes: list[Runtime], clock: TestClock
) -> None:
    rng, runtime, few, begun = random.Random(6), processes[0], 3, clock.now
    for _ in range(ROUNDS):
        clock.now = begun
        ref = await make_organisation(runtime, seats=few + 1)
        token, people = await invite(runtime, ref), await make_people(RACERS)
        members = await fill(runtime, ref, few, benefits=False)
        await runtime.database.pool.execute(
            """WITH gone AS (UPDATE members SET left_at = $2 WHERE person_id = ANY ($1::uuid[]))
            UPDATE seats SET release_at = $3 WHERE person_id = ANY ($1::uuid[])""",
            [wallet.person_id for wallet in members],
            begun,
            SETTLEMENT,
        )
        assert await counts(runtime, ref) == SeatCounts(0, 1, few, 0)
        await runtime.database.pool.execute("UPDATE invitations SET expires_at = '2027-01-01'")
        clock.now = SETTLEMENT
        settling = asyncio.gather(*(settle_seats(process) for process in processes))
        outcomes = await all_join(rng, processes, people, token)
        await settling
        assert Counter(outcomes) == {JOINED: few, RefusalCode.NO_SEAT_AVAILABLE: RACERS - few}
    released = await runtime.database.pool.fetch(
        "SELECT count(*), count(DISTINCT seat_id), min(at), max(at) FROM seat_changes WHERE kind = 'RELEASED'"
    )
    assert [tuple(row) for row in released] == [(few * ROUNDS, few * ROUNDS, SETTLEMENT, SETTLEMENT)]


async def assert_one_grant_a_period(runtime: Runtime, wallets: int) -> None:
    """Each wallet has one grant of each meter, and the books add up."""
    granted = await runtime.database.pool.fetch("SELECT wallet_id, meter, count(*) FROM grants GROUP BY 1, 2")
    assert {row["count"] for row in granted} == {1}
    assert len({row["wallet_id"] for row in granted}) == wallets
    await assert_reconciled(runtime)
