"""The coding quota's cycle (C2, S2) through the ledger: whenever it was activated, whatever clocks on walls do."""

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.balances import Balance
from domain.catalog import DOCUMENTS, Document, parse_catalog
from domain.commands import Consume, SetBenefits, StartAllowance
from domain.entries import EntryKind
from domain.ledger import Accepted, Refused, advance, decide
from domain.meters import Pool
from domain.periods import Cycle
from domain.pricing import PriceRule
from domain.refusals import RefusalCode
from domain.usage import Surface, Usage
from domain.wallets import WalletState, balances
from tests.domain.strategies import instants, share

CATALOG = Path(__file__).parents[2] / "catalog"
CODING = "coding_request"
REQUEST = PriceRule("coding-request", 1, "coding-request", CODING, per_unit=1_000)
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Havana", "Africa/Cairo", "America/Sao_Paulo", "Australia/Lord_Howe")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@cache
def _cycle(policy: str, zone: str = "Asia/Shanghai") -> Cycle:
    """Read the cycle as the catalog gives it under a policy and in a billing zone."""
    texts = {name: (CATALOG / f"{name}.toml").read_text() for name in DOCUMENTS}
    policies = texts["policies"].replace('coding_cycle = "DAYS"', f'coding_cycle = "{policy}"')
    texts["policies"] = policies.replace('billing_zone = "Asia/Shanghai"', f'billing_zone = "{zone}"')
    assert tomllib.loads(texts["policies"])["billing_zone"] == zone
    catalog = parse_catalog(Document(name, 1, text) for name, text in texts.items())
    plan = catalog.plans["plus"]
    [main] = [each for each in plan.allowances if (each.meter, each.pool) == (CODING, Pool.MAIN)]
    return main.cycle


def _activated(cycle: Cycle, at: datetime) -> WalletState:
    quota = StartAllowance(CODING, Pool.MAIN, 500_000, cycle, "plan:plus@1")
    return decide(WalletState(), SetBenefits((quota,), None, 30), at).page.state


def _used(state: WalletState, requests: int, at: datetime) -> WalletState:
    decision = decide(state, Consume(Usage("coding-request", requests * 1_000, Surface.CLI, "Kimi CLI"), REQUEST), at)
    assert isinstance(decision, Accepted), decision
    return decision.page.state


def _quota(state: WalletState, at: datetime) -> Balance:
    [quota] = [row for row in balances(advance(state, at).state) if row.meter == CODING]
    return quota


def _shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("policy", "refreshes"),
    [
        ("DAYS", ["2026-01-08T00:00", "2026-01-15T00:00", "2026-01-22T00:00"]),
        ("INSTANT", ["2026-01-08T14:30", "2026-01-15T14:30", "2026-01-22T14:30"]),
    ],
)
def test_c2_s2_d1_to_d7_inclusive_then_d8_d15_d22(policy: str, refreshes: list[str]) -> None:
    """Activated on 1 January (D1): all of D7 belongs to the first cycle, D8 begins the second (S2)."""
    activated = _shanghai("2026-01-01T14:30")
    state, starts = _activated(_cycle(policy), activated), [activated, *map(_shanghai, refreshes)]
    assert _quota(state, activated + 6 * DAY).period_start == activated  # D7, at the same time of day
    for start, refresh in pairwise(starts):
        state = _used(state, 500, start)
        last = _quota(state, refresh - TICK)
        assert (last.period_start, last.resets_at, last.remaining) == (start, refresh, 0)
        fresh = _quota(state, refresh)
        assert (fresh.period_start, fresh.used, fresh.remaining) == (refresh, 0, 500_000)


@pytest.mark.parametrize("policy", ["DAYS", "INSTANT"])
def test_c2_c6_the_last_instant_of_d7_refuses_and_the_first_of_d8_does_not(policy: str) -> None:
    state = _used(_activated(_cycle(policy), _shanghai("2026-01-01T14:30")), 500, _shanghai("2026-01-02T09:00"))
    refresh = _quota(state, _shanghai("2026-01-07T12:00")).resets_at
    assert refresh
    request = Consume(Usage("coding-request", 1_000, Surface.CLI, "Kimi CLI"), REQUEST)
    refused = decide(state, request, refresh - TICK)
    assert isinstance(refused, Refused)
    assert (refused.refusal.code, refused.refusal.limits[0].resets_at) == (RefusalCode.QUOTA_EXHAUSTED, refresh)
    assert refused.page.entries == ()
    assert isinstance(decide(state, request, refresh), Accepted)


@pytest.mark.parametrize("policy", ["DAYS", "INSTANT"])
def test_c2_f10_what_was_not_used_lapses_and_does_not_carry_over(policy: str) -> None:
    state = _used(_activated(_cycle(policy), _shanghai("2026-01-01T14:30")), 120, _shanghai("2026-01-03T10:00"))
    page = advance(state, _shanghai("2026-01-08T14:30"))
    assert [(entry.kind, entry.amount) for entry in page.entries] == [
        (EntryKind.EXPIRE, 380_000),
        (EntryKind.GRANT, 500_000),
    ]
    [quota] = [row for row in balances(page.state) if row.meter == CODING]
    assert (quota.granted, quota.used, quota.remaining) == (500_000, 0, 500_000)


@share(2)
@given(st.sampled_from(ZONES), instants, st.integers(0, 200), st.floats(0, 1, exclude_max=True))
def test_c2_days_whenever_and_wherever_it_was_activated(
    zone: str, activated: datetime, cycles: int, within: float
) -> None:
    local = ZoneInfo(zone)
    state = _activated(_cycle("DAYS", zone), activated)
    day_one = activated.astimezone(local).date()
    first, following = day_one + 7 * cycles * DAY, day_one + 7 * (cycles + 1) * DAY
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=local)
    at = (noon + within * 6 * DAY).astimezone(UTC)
    assume(at >= activated)
    quota = _quota(state, at)
    assert quota.period_start is not None
    assert quota.resets_at is not None
    assert quota.period_start.astimezone(local).date() == first
    assert quota.resets_at.astimezone(local).date() == following
    assert (quota.resets_at - TICK).astimezone(local).date() == following - DAY  # D7, to its last instant
    assert timedelta() <= at - quota.period_start < quota.resets_at - quota.period_start
    used = _used(advance(state, at).state, 77, at)
    assert _quota(used, quota.resets_at - TICK).remaining == 423_000
    assert _quota(used, quota.resets_at).remaining == 500_000


@share(2)
@given(st.sampled_from(ZONES), instants, st.integers(0, 200), st.timedeltas(timedelta(), timedelta(hours=168) - TICK))
def test_c2_instant_whenever_and_wherever_it_was_activated(
    zone: str, activated: datetime, cycles: int, within: timedelta
) -> None:
    state = _activated(_cycle("INSTANT", zone), activated)
    start = activated + cycles * timedelta(hours=168)
    quota = _quota(state, start + within)
    assert (quota.period_start, quota.resets_at) == (start, start + timedelta(hours=168))
    used = _used(state, 77, start + within)
    assert _quota(used, start + timedelta(hours=168) - TICK).remaining == 423_000
    assert _quota(used, start + timedelta(hours=168)).remaining == 500_000
