"""Rate limits of people's requests (D7): exact, and shared between all processes on one database.

A person has one row, which counts the requests of the running minute; one statement counts a request or refuses it, so
two processes never admit the same last request. Who is refused is not counted. `limits` counts on Redis, Memcached,
MongoDB or etcd only, each a second server to run, and counts who is refused as well; so the counting is done here, and
`limits` keeps to what a single process protects itself against (`app.rate_limits`).

The table is unlogged: after a crash of the database the minute begins anew, which harms nobody, and commits need not
wait for a disk.
"""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

from domain.plans import Plan
from domain.principals import Principal
from domain.rates import Rate, requests_max, window_at, window_end
from services.plans import PLAN_SOURCE, plans_behind
from services.runtime import Runtime

PERSONS_MAX = 20_000
"""Persons whose limit a process remembers, each for the rest of a minute; more cost a statement more."""

# Of clocks that differ a little, the one that is ahead has begun the new minute for all; a window that lies further
# ahead was written by a clock that was wrong, and is not believed.
_COUNT = """
INSERT INTO rate_windows AS r (person_id, window_number, requests) VALUES ($1, $2, 1)
ON CONFLICT (person_id) DO UPDATE SET
    window_number = CASE WHEN r.window_number = $2::bigint + 1 THEN r.window_number ELSE $2 END,
    requests = CASE WHEN r.window_number IN ($2, $2::bigint + 1) THEN r.requests + 1 ELSE 1 END
WHERE r.window_number NOT IN ($2, $2::bigint + 1) OR r.requests < $3
RETURNING window_number, requests
"""
_PLANS = """
SELECT DISTINCT a.source FROM wallets w JOIN allowances a ON a.wallet_id = w.id AND a.workspace_id = w.workspace_id
WHERE w.person_id = $1 AND a.ends_at IS NULL AND w.suspended IS NULL
    AND (w.benefits_until IS NULL OR w.benefits_until > $2) AND starts_with(a.source, $3)
"""


class Rates:
    """Counts the requests of people."""

    def __init__(self, runtime: Runtime, *, persons_max: int = PERSONS_MAX) -> None:
        self._runtime = runtime
        self._persons_max = persons_max
        self._limits: OrderedDict[UUID, tuple[int, int]] = OrderedDict()

    async def count(self, principal: Principal) -> Rate | None:
        """Count a request, unless it is one too many; None: callers of this kind are not limited.

        One statement; a person's first request of a minute in this process costs one more, by which their plans are
        read: so a new plan counts from the next minute at the latest.
        """
        person_id = principal.person_id
        if person_id is None:
            return None
        now = self._runtime.clock()
        window = window_at(now)
        limit = await self._limit(person_id, window, now)
        row = await self._runtime.database.pool.fetchrow(_COUNT, person_id, window, limit)
        if row is None:
            return Rate(limit, 0, window_end(window), admitted=False)
        return Rate(limit, max(0, limit - row["requests"]), window_end(row["window_number"]))

    async def _limit(self, person_id: UUID, window: int, now: datetime) -> int:
        known = self._limits.get(person_id)
        if known is not None and known[0] == window:
            return known[1]
        limit = requests_max(await self._plans(person_id, now), self._runtime.catalog.plans)
        self._limits[person_id] = window, limit
        self._limits.move_to_end(person_id)
        while len(self._limits) > self._persons_max:
            self._limits.popitem(last=False)
        return limit

    async def _plans(self, person_id: UUID, now: datetime) -> list[Plan]:
        rows = await self._runtime.database.pool.fetch(_PLANS, person_id, now, PLAN_SOURCE)
        return await plans_behind(self._runtime, (row["source"] for row in rows))
