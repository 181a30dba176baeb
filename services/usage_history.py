"""Usage by hour, day and what not (F12): sums behind each wallet's mark, and every charge after it. Always exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.errors import InvalidInput
from domain.principals import Principal
from domain.usage import Surface
from domain.usage_history import Parting, UsageGrouping, check_range, part
from services.reads import visible_to, wallet_is_visible
from services.runtime import Runtime

ROWS_MAX = 10_000
TASKS_MAX = 1_000
"""Groups of an answer by task: tasks are read one by one."""


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """From `start` up to, and without, `end`, summed up by meter and by these."""

    start: datetime
    end: datetime
    by: frozenset[UsageGrouping]


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A sum of charges; None: not asked by this, or not known.

    `start`: of the hour or day. `quantity`: thousandths of the product's unit, so None unless by product. `charged`:
    thousandths of the meter's. `of_api_key`: the credential is a person's API key.
    """

    start: datetime | None
    meter: str
    product: str | None
    surface: Surface | None
    client: str | None
    credential: UUID | None
    of_api_key: bool
    task_id: UUID | None
    person_id: UUID | None
    quantity: int | None
    charged: int
    charges: int


_ZONE = f"""
SELECT p.time_zone FROM wallets w JOIN persons p ON p.id = w.person_id
WHERE w.id = $1 AND {wallet_is_visible("w")}
"""  # noqa: S608  (constant text)
_ZONE_OF_PERSON = "SELECT time_zone FROM persons WHERE id = $1"

_USAGE = "e.body -> 'receipt' -> 'usage'"
_FACTS = f"""
e.meter, {_USAGE} ->> 'product', {_USAGE} ->> 'surface', coalesce({_USAGE} ->> 'client', ''),
coalesce({_USAGE} ->> 'credential', ''), e.task_id, ({_USAGE} ->> 'quantity')::bigint, e.amount, 1
"""
# One snapshot for mark, sums and charges: whatever the worker does meanwhile, each charge is counted once.
# OFFSET 0 keeps what is after the mark from being looked for among all charges of the range.
_SUMS = f"""
WITH ledger AS (
    SELECT w.id, w.person_id, coalesce(m.through, 0) AS through
    FROM wallets w LEFT JOIN usage_marks m ON m.wallet_id = w.id WHERE {{scope}}
), cuts AS (
    SELECT * FROM unnest($4::timestamptz[], $5::timestamptz[]) AS cut (start_at, end_at)
), parts (person, at, meter, product, surface, client, credential, task, quantity, charged, charges) AS (
    SELECT l.person_id, h.hour, h.meter, h.product, h.surface, h.client, h.credential, NULL::uuid, h.quantity,
        h.charged, h.charges
    FROM ledger l JOIN usage_hours h ON h.wallet_id = l.id AND h.hour >= $2 AND h.hour < $3
    WHERE NOT EXISTS (SELECT FROM cuts WHERE h.hour >= start_at AND h.hour < end_at)
    UNION ALL
    SELECT l.person_id, e.at, {_FACTS}
    FROM ledger l CROSS JOIN LATERAL (
        SELECT * FROM entries WHERE wallet_id = l.id AND number > l.through OFFSET 0
    ) e WHERE e.at >= $6 AND e.at < $7 AND e.kind IN ('CONSUME', 'SETTLE')
    UNION ALL
    SELECT l.person_id, e.at, {_FACTS}
    FROM ledger l CROSS JOIN cuts c
    JOIN entries e ON e.wallet_id = l.id AND e.at >= c.start_at AND e.at < c.end_at AND e.number <= l.through
        AND e.kind IN ('CONSUME', 'SETTLE')
)
SELECT g.*, c.kind = 'API_KEY' AS of_api_key
FROM (
    SELECT width_bucket(at, $8::timestamptz[]) AS bucket, meter,
        CASE WHEN 'PRODUCT' = ANY ($9::text[]) THEN product END AS product,
        CASE WHEN 'SURFACE' = ANY ($9::text[]) THEN surface END AS surface,
        CASE WHEN 'CLIENT' = ANY ($9::text[]) THEN client END AS client,
        CASE WHEN 'API_KEY' = ANY ($9::text[]) THEN nullif(credential, '')::uuid END AS credential,
        CASE WHEN 'TASK' = ANY ($9::text[]) THEN task END AS task,
        CASE WHEN 'MEMBER' = ANY ($9::text[]) THEN person END AS person,
        sum(quantity)::bigint AS quantity, sum(charged)::bigint AS charged, sum(charges)::bigint AS charges
    FROM parts GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 LIMIT $10
) g LEFT JOIN credentials c ON c.id = g.credential
"""  # noqa: S608  (constant text)
_SUMS_OF_WALLET = _SUMS.format(scope="w.id = $1")
_SUMS_OF_WORKSPACE = _SUMS.format(scope="w.workspace_id = $1")


async def wallet_usage(
    runtime: Runtime, principal: Principal, wallet_id: UUID, asked: UsageAsked
) -> tuple[UsageRow, ...]:
    """Sum up a wallet's charges, by days of its owner's time zone, in order; in two statements.

    What does not exist for the caller has no usage.

    Raises:
        InvalidInput: names the argument; the answer would be too long, for one.
    """
    check_range(asked.start, asked.end, asked.by, runtime.clock())
    zone = await runtime.database.pool.fetchval(_ZONE, wallet_id, *visible_to(runtime, principal))
    return () if zone is None else await _sums(runtime, _SUMS_OF_WALLET, wallet_id, asked, zone)


async def workspace_usage(
    runtime: Runtime, principal: Principal, workspace_id: UUID, asked: UsageAsked
) -> tuple[UsageRow, ...]:
    """Sum up the charges of all who are or were in a workspace, by days of the caller's time zone; in two statements.

    For who was shown the organisation as its administrator.

    Raises:
        InvalidInput: as `wallet_usage`.
    """
    check_range(asked.start, asked.end, asked.by, runtime.clock())
    zone: str = await runtime.database.pool.fetchval(_ZONE_OF_PERSON, principal.person_id)
    return await _sums(runtime, _SUMS_OF_WORKSPACE, workspace_id, asked, zone)


async def _sums(runtime: Runtime, sql: str, id_: UUID, asked: UsageAsked, zone: str) -> tuple[UsageRow, ...]:
    parting = part(asked.start, asked.end, asked.by, zone)
    most = TASKS_MAX if UsageGrouping.TASK in asked.by else ROWS_MAX
    records = await runtime.database.pool.fetch(sql, id_, *_arguments(parting, asked), most + 1)
    if len(records) > most:
        raise InvalidInput(("by",), f"must give at most {most} rows: ask for a shorter range, or by less")
    return tuple(sorted((_row(record, parting, asked) for record in records), key=_order))


def _arguments(parting: Parting, asked: UsageAsked) -> Sequence[object]:
    return (
        parting.whole.start,
        parting.whole.end,
        [cut.start for cut in parting.cuts],
        [cut.end for cut in parting.cuts],
        asked.start,
        asked.end,
        list(parting.starts),
        [name.value for name in asked.by],
    )


def _row(record: asyncpg.Record, parting: Parting, asked: UsageAsked) -> UsageRow:
    timed = UsageGrouping.HOUR in asked.by or UsageGrouping.DAY in asked.by
    return UsageRow(
        start=parting.starts[record["bucket"] - 1] if timed else None,
        meter=record["meter"],
        product=record["product"],
        surface=Surface(record["surface"]) if record["surface"] else None,
        client=record["client"] or None,
        credential=record["credential"],
        of_api_key=bool(record["of_api_key"]),
        task_id=record["task"],
        person_id=record["person"],
        quantity=record["quantity"] if UsageGrouping.PRODUCT in asked.by else None,
        charged=record["charged"],
        charges=record["charges"],
    )


def _order(row: UsageRow) -> tuple[str, ...]:
    start = row.start.isoformat() if row.start else ""
    facts = (row.product, row.surface, row.client, row.credential, row.task_id, row.person_id)
    return (start, row.meter, *(str(fact or "") for fact in facts))
