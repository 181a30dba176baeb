"""Usage history (F12): 30 days of one wallet by day and product, in an installation of ten million charges."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.load import Charges, prove
from benchmarks.population import populate, service_token
from benchmarks.report import Result
from benchmarks.rounds import Figures, interleave, percentile
from domain.usage_history import UsageGrouping
from services.authentication import authenticate
from services.rollups import BEHIND_MIN
from services.runtime import Runtime
from services.usage_history import UsageAsked, wallet_usage

HOURS, SORTS, CHARGES_EACH = 30 * 24, 3, 9
"""What each wallet has used: in each of so many hours, of so many sorts, so many charges."""
GOAL_MS = 50.0
_GOAL = "by day and product, 30 days"

_MARKS = "INSERT INTO usage_marks (wallet_id, workspace_id, through) SELECT id, workspace_id, last_entry FROM wallets"
_SUMS = """
INSERT INTO usage_hours (id, wallet_id, workspace_id, hour, meter, product, surface, client, credential, quantity,
    charged, charges)
SELECT gen_random_uuid(), m.wallet_id, m.workspace_id,
    date_trunc('hour', $1::timestamptz, 'UTC') - make_interval(hours => hour), 'chat_credit',
    (ARRAY['chat-message', 'coding-request', 'work-task'])[sort], 'WEB', 'bench', '', 1000 * $4, 1000 * $4, $4
FROM generate_series(1, $2) AS hour CROSS JOIN usage_marks m CROSS JOIN generate_series(1, $3) AS sort
"""


async def measure(bench: Bench) -> Result:
    """Measure how long answers take that come from sums by hour and the charges after them."""
    wallets = bench.scale.history_wallets
    behind = wallets * HOURS * SORTS * CHARGES_EACH
    result = Result(f"Usage history, {behind / 1e6:.1f} million charges")
    dsn = await bench.database("history")
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime:
        homes = await populate(runtime, wallets)
        ids = [home.wallet_id for home in homes]
        async with runtime.database.transaction() as connection:
            await connection.execute(_MARKS)
            # only here: that each sum is of a mark is not looked up a million times
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(_SUMS, runtime.clock(), HOURS, SORTS, CHARGES_EACH, timeout=120)
        charges = Charges(runtime, uuid4())
        for id_ in ids[:BEHIND_MIN]:
            for _ in range(BEHIND_MIN):
                charges.check(await runtime.poster.submit(charges.next(id_)))
        await runtime.database.pool.execute("VACUUM ANALYZE usage_hours")
        await runtime.database.pool.execute("ANALYZE usage_marks, entries, wallets, persons")
        legs = [partial(_leg, name, ask, bench.scale.leg_s) for name, ask in await _questions(runtime, ids)]
        series = await interleave("usage history", legs, bench.scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted, bench.progress)
    for name in series:
        result.add(series, name, "ms")
    typical = median(series[f"{_GOAL}, p99"])
    result.aim(f"one wallet, {_GOAL}, p99: at most {GOAL_MS:.0f} ms", typical, reached=typical <= GOAL_MS)
    result.notes += [
        f"generated: sums by hour of {wallets} wallets for {HOURS // 24} days, {HOURS * SORTS} rows each, which stand",
        f"for {behind:,} charges; the charges themselves are not there. Real: {BEHIND_MIN} charges after the mark, the",
        f"most that the worker leaves in time, of {BEHIND_MIN} wallets, which are asked in turn. A question is two",
        "statements, one after the other, by one caller.",
        proof,
    ]
    return result


async def _questions(runtime: Runtime, ids: Sequence[UUID]) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    reader = await authenticate(runtime, await service_token(runtime))
    wallets: Iterator[UUID] = cycle(ids[:BEHIND_MIN])

    def asking(days: int, *by: UsageGrouping) -> Callable[[], Awaitable[object]]:
        async def ask() -> object:
            now = runtime.clock()
            asked = UsageAsked(now - timedelta(days=days), now, frozenset(by))
            return await wallet_usage(runtime, reader, next(wallets), asked)

        return ask

    return [
        (_GOAL, asking(30, UsageGrouping.DAY, UsageGrouping.PRODUCT)),
        ("by hour and product, 30 days", asking(30, UsageGrouping.HOUR, UsageGrouping.PRODUCT)),
        ("in all, a day", asking(1)),
    ]


async def _leg(name: str, ask: Callable[[], Awaitable[object]], seconds: float) -> Figures:
    """Ask again and again for so many seconds."""
    durations_ms, end = list[float](), perf_counter() + seconds
    while not durations_ms or perf_counter() < end:
        begin = perf_counter()
        await ask()
        durations_ms.append((perf_counter() - begin) * 1_000)
    return {f"{name}, p{percent}": percentile(durations_ms, percent) for percent in (50, 99)}
