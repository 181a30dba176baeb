"""The overview while members come, go and work: every snapshot agrees, and the last one is the newest (F9, B6)."""

import asyncio
import random
from contextlib import aclosing

import pytest

from domain.seats import SeatStatus
from services.overview_reads import MembersAsked, Overview, read_overviews
from services.overviews import follow_overview
from services.posting import Posting
from services.runtime import Runtime
from tests.concurrency.leaving import removed
from tests.concurrency.racing import ROUNDS, at_once
from tests.factories.credentials import make_user
from tests.factories.members import member_of
from tests.factories.organisations import OrganisationRef, fill, make_organisation, put_member
from tests.factories.usage import spend
from tests.factories.wallets import WalletRef

pytestmark = pytest.mark.anyio

ALL = MembersAsked(200)
SEATS, MOVING, WORKING, READING = 30, 5, 30, 10
LAST_S_MAX = 20.0


async def test_b6_and_f9_all_parts_of_every_snapshot_agree(processes: list[Runtime], runtime: Runtime) -> None:
    rng = random.Random(1)
    lab = await make_organisation(runtime, seats=SEATS)
    people = await fill(runtime, lab, SEATS - 1)
    admin = await make_user(runtime, lab.admin_id)
    away: list[WalletRef] = []
    seen: list[Overview] = []
    news = asyncio.Event()

    async def watch() -> None:
        async with aclosing(await follow_overview(processes[0], admin, lab.id, ALL)) as overview:
            async for shown in overview:
                seen.append(shown.value)
                news.set()

    watching = asyncio.create_task(watch())
    for number in range(ROUNDS):
        here = [wallet for wallet in people if wallet not in away]
        leaving = rng.sample(here, MOVING)
        removals = [
            removed(rng.choice(processes), admin, lab, await member_of(wallet), f"{number} {wallet.id}")
            for wallet in leaving
        ]
        returns = [put_member(rng.choice(processes), lab.id, wallet.person_id) for wallet in away]
        working = [
            rng.choice(processes).poster.submit(Posting(spend(1), rng.choice(people).id)) for _ in range(WORKING)
        ]
        reading = [read(rng.choice(processes), lab) for _ in range(READING)]
        for outcome in await at_once(rng, [*removals, *returns, *working, *reading]):
            if isinstance(outcome, Overview):
                assert_agrees(outcome)
        away = leaving
    newest = await read(runtime, lab)
    async with asyncio.timeout(LAST_S_MAX):
        while not seen or seen[-1] != newest:
            news.clear()
            await news.wait()
    watching.cancel()
    await asyncio.wait({watching})
    for each in (*seen, newest):
        assert_agrees(each)


async def read(runtime: Runtime, lab: OrganisationRef) -> Overview:
    return (await read_overviews(runtime, lab.id, [ALL])).pages[ALL]


def assert_agrees(overview: Overview) -> None:
    members = [member for member, _ in overview.members.rows]
    held = [member for member in members if member.seat and member.seat.status is SeatStatus.ALLOCATED]
    assert overview.seats.total == SEATS
    assert len(members) == len(held) == overview.seats.allocated
    for usage in overview.usage:
        rows = [
            balance
            for _, figures in overview.members.rows
            if figures
            for balance in figures.balances
            if (balance.meter, balance.pool) == (usage.meter, usage.pool) and balance.allowance is not None
        ]
        for name in ("granted", "used", "held", "remaining", "lapsed"):
            assert sum(getattr(row, name) for row in rows) == getattr(usage, name)
