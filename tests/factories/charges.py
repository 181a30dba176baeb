"""Charges of many sorts at many instants, and what they sum up to, added one by one."""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from domain.commands import CompleteTask, Consume, StartTask
from domain.entries import Entry
from domain.pricing import PriceRule
from domain.usage import Surface, Usage
from domain.usage_history import Span, UsageGrouping
from services.rollups import BEGINNING, roll_up
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.wallets import CREDIT, carry_out, give

CREDENTIALS = (UUID(int=11), UUID(int=12), None)
_RULES = (
    PriceRule("chat", 1, "chat-message", CREDIT, per_unit=1_000),
    PriceRule("tokens", 1, "work-task", CREDIT, per_unit=37),
)
_ENTRIES = "SELECT body FROM entries WHERE wallet_id = $1 AND kind IN ('CONSUME', 'SETTLE') ORDER BY number"
_BODY = msgspec.json.Decoder(Entry)


def any_usage(random_: random.Random, product: str) -> Usage:
    """Some usage of a product."""
    return Usage(
        product,
        random_.randrange(1, 5) * 1_000,
        random_.choice((Surface.WEB, Surface.CLI)),
        random_.choice(("kimi-cli", "kimi-web", None)),
        random_.choice(CREDENTIALS),
    )


async def charge_at(
    runtime: Runtime, clock: TestClock, wallet_id: UUID, instants: Sequence[datetime], random_: random.Random
) -> None:
    """Charge a wallet at each of these instants, which are in order: at once, or at the end of a task."""
    await give(runtime, wallet_id, 1_000_000)
    for instant in instants:
        clock.now = instant
        rule, task = random_.choice(_RULES), uuid4()
        usage = any_usage(random_, rule.product)
        if random_.random() < 0.7:
            await carry_out(runtime, wallet_id, Consume(usage, rule, (Surface.WEB,)))
        else:
            start = StartTask(task, usage, rule, timedelta(days=1), 100, (Surface.WEB,))
            await carry_out(runtime, wallet_id, start, CompleteTask(task, usage.quantity // 2))


async def straight_sums(
    runtime: Runtime, wallet_id: UUID, span: Span, by: Collection[UsageGrouping], zone: str = "UTC"
) -> dict[tuple[object, ...], tuple[int, int, int]]:
    """Add up charges one by one: quantity, charge and number by what was asked."""
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in await runtime.database.pool.fetch(_ENTRIES, wallet_id):
        entry = _BODY.decode(row["body"])
        if not span.start <= entry.at < span.end or entry.receipt is None:
            continue
        usage, local = entry.receipt.usage, entry.at.astimezone(ZoneInfo(zone))
        hour = entry.at.replace(minute=0, second=0, microsecond=0).isoformat()
        facts: dict[UsageGrouping, object] = {
            UsageGrouping.HOUR: hour,
            UsageGrouping.DAY: local.date().isoformat(),
            UsageGrouping.PRODUCT: usage.product,
            UsageGrouping.SURFACE: usage.surface,
            UsageGrouping.CLIENT: usage.client,
            UsageGrouping.API_KEY: usage.credential,
            UsageGrouping.TASK: entry.task_id,
        }
        key = (entry.meter, *(facts[name] for name in facts if name in by))
        for place, amount in enumerate((usage.quantity, entry.receipt.charged, 1)):
            sums[key][place] += amount
    return {key: (quantity, charged, charges) for key, (quantity, charged, charges) in sums.items()}


async def roll_up_all(runtime: Runtime, *, behind_min: int = 1) -> int:
    """Walk once through all wallets, as the worker does; return how many entries were summed up."""
    total, place = 0, BEGINNING
    while True:
        rolled = await roll_up(runtime, place, behind_min=behind_min)
        total += rolled.entries
        if rolled.place is None:
            return total
        place = rolled.place
