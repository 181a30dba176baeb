"""A large organisation: pages of its members and seats, and its live overview while members work (B6, F9)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from functools import partial
from time import perf_counter
from uuid import UUID, uuid4

import msgspec

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.load import Charges, around, prove, send
from benchmarks.population import Home, employ, session_token
from benchmarks.report import Result
from benchmarks.rounds import BenchmarkError, Figures, Leg, interleave
from domain.principals import Principal
from services.authentication import authenticate
from services.keyset import Place, Window
from services.member_reads import figures, members_page
from services.overview_reads import MembersAsked, read_overviews
from services.overviews import follow_overview
from services.runtime import Runtime
from services.seat_reads import seats_page

PAGE = 100
CALLERS = 8
WATCHERS = 20
UPDATES_PER_SECOND_MAX = 4
_ALONE, _WATCHED = "charges, nobody watches", "charges, watched"
_UPDATES = "updates for each who watches"

_ORGANISATION = "INSERT INTO organisations (id, workspace_id, created_at) VALUES ($1, $2, $3)"
_SUBSCRIPTION = """
WITH subscription AS (
    INSERT INTO subscriptions (id, workspace_id, organisation_id, plan, interval, currency, anchor, zone, auto_renew,
        benefits_until, benefits_version, benefits_posted, created_at)
    VALUES (gen_random_uuid(), $2, $1, $3, 'ANNUAL', 'USD', $4, $5, false, $6, 0, 0, $4) RETURNING id
)
INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor)
SELECT gen_random_uuid(), id, 1, $4, $6, 36000 FROM subscription
"""
_SEATS = """
INSERT INTO seats (id, organisation_id, workspace_id, number, starts_at, person_id, assigned_at)
SELECT gen_random_uuid(), $1, workspace_id, row_number() OVER (ORDER BY id), $3, person_id, $3
FROM members WHERE workspace_id = $2
"""
_ADMINISTRATOR = "UPDATE members SET role = 'ADMIN' WHERE workspace_id = $1 AND person_id = $2"


async def measure(bench: Bench) -> Result:
    """Measure pages, a snapshot of the overview, and what watching it costs those who work meanwhile."""
    scale = bench.scale
    result = Result(f"An organisation of {scale.members} members")
    dsn = await bench.database("organisations")
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime:
        homes = await employ(runtime, scale.members, runtime.clock())
        organisation_id, admin = await _organise(runtime, homes)
        charges, wallets = Charges(runtime, uuid4()), around(homes)

        async def charge() -> None:
            charges.check(await runtime.poster.submit(charges.next(next(wallets))))

        legs = [_timed(name, act) for name, act in await _reads(runtime, organisation_id, admin, homes)]
        rate = partial(_rate, runtime, organisation_id, admin, charge, seconds=scale.leg_s)
        legs += [partial(rate, watchers=0), partial(rate, watchers=WATCHERS)]
        series = await interleave("an organisation", legs, scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted, bench.progress)
    for name in series:
        unit = "ms" if name.startswith(("page", "figures", "overview")) else "/s"
        result.add(series, name, unit, over=_ALONE if name == _WATCHED else None)
    most = max(series[_UPDATES])
    at_most = f"at most {UPDATES_PER_SECOND_MAX} updates a second"
    result.aim(at_most, most, reached=most <= UPDATES_PER_SECOND_MAX)
    result.notes += [
        f"pages of {PAGE}; watched: {WATCHERS} administrators' pages follow the overview of one organisation, while",
        f"{CALLERS} callers charge members in turn, each waiting for one charge after the other.",
        proof,
    ]
    return result


async def _organise(runtime: Runtime, homes: Sequence[Home]) -> tuple[UUID, Principal]:
    """Make the members of a workspace those of an organisation, each on a seat; the first one administers it."""
    organisation_id, workspace_id, now = uuid4(), homes[0].workspace_id, runtime.clock()
    plan = msgspec.json.encode(runtime.catalog.plans["business"]).decode()
    zone, until = runtime.catalog.policies.billing_zone, now + timedelta(days=365)
    async with runtime.database.transaction() as connection:
        await connection.execute(_ORGANISATION, organisation_id, workspace_id, now)
        await connection.execute(_SUBSCRIPTION, organisation_id, workspace_id, plan, now, zone, until)
        await connection.execute(_SEATS, organisation_id, workspace_id, now)
        await connection.execute(_ADMINISTRATOR, workspace_id, homes[0].person_id)
    await runtime.database.pool.execute("ANALYZE members, seats, wallets, persons, allowances")
    return organisation_id, await authenticate(runtime, await session_token(runtime, homes[0].person_id))


async def _reads(
    runtime: Runtime, organisation_id: UUID, admin: Principal, homes: Sequence[Home]
) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    workspace_id, half = homes[0].workspace_id, len(homes) // 2
    middle: Place | None = None
    for _ in range(half // PAGE):
        middle = (await members_page(runtime, workspace_id, Window(PAGE, after=middle))).rows[-1].place
    some = [home.wallet_id for home in homes[:PAGE]]
    return [
        ("page of members, the first", partial(members_page, runtime, workspace_id, Window(PAGE))),
        ("page of members, in the middle", partial(members_page, runtime, workspace_id, Window(PAGE, after=middle))),
        ("figures of a page", partial(figures, runtime, admin, some)),
        (
            "page of seats, in the middle",
            partial(seats_page, runtime, organisation_id, Window(PAGE, after=Place(half, UUID(int=0)))),
        ),
        ("overview, one snapshot", partial(read_overviews, runtime, organisation_id, [MembersAsked(50)])),
    ]


def _timed(name: str, act: Callable[[], Awaitable[object]]) -> Leg:
    async def leg() -> Figures:
        begin = perf_counter()
        await act()
        return {name: (perf_counter() - begin) * 1_000}

    return leg


async def _rate(
    runtime: Runtime,
    organisation_id: UUID,
    admin: Principal,
    charge: Callable[[], Awaitable[None]],
    *,
    seconds: float,
    watchers: int,
) -> Figures:
    """Charge for so many seconds while so many watch."""
    seen = [0] * watchers

    async def watch(number: int) -> None:
        async with aclosing(await follow_overview(runtime, admin, organisation_id, MembersAsked(50))) as overview:
            async for _ in overview:
                seen[number] += 1

    tasks = [asyncio.create_task(watch(number)) for number in range(watchers)]
    begin = perf_counter()
    try:
        done, _ = await send(charge, callers=CALLERS, seconds=seconds)
    finally:
        took_s = perf_counter() - begin
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
    if not watchers:
        return {_ALONE: done}
    if not min(seen):
        raise BenchmarkError("somebody who watched saw nothing")
    return {_WATCHED: done, _UPDATES: (max(seen) - 1) / took_s}  # the first is how it was before
