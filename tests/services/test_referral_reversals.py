"""Reversals of referrals (D4): an operator takes back what is left of exactly these rewards, on record (G3)."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.grants import GrantKind
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Principal
from domain.referrals import ReferralState
from feed.topics import wallet_topic
from services.once import KEY_REUSED
from services.payments import report_payment
from services.reconciling import reconcile
from services.referral_reversals import NO_REFERRAL, REFERRAL_CLOSED, ReferralReversed, reverse_referral
from services.referrals import ReferralRow
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_operator, make_service
from tests.factories.payments import FOUNDS, make_order, paid
from tests.factories.persons import set_status
from tests.factories.referrals import Referrer, come_by, make_referrer
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, give

pytestmark = pytest.mark.anyio

SIGN_UP, PAYMENT = 50_000, 500_000
WHY = "the payment was refunded"


@pytest.fixture
async def ada(runtime: Runtime) -> Referrer:
    return await make_referrer(runtime)


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


async def only(runtime: Runtime, referrer: Referrer) -> ReferralRow:
    (row,) = await referrer.listed(runtime)
    return row


async def brought(runtime: Runtime, clock: TestClock, referrer: Referrer, *, pays: bool = True) -> ReferralRow:
    """Somebody who came by the code, and has paid for something."""
    bo = await come_by(runtime, referrer.code)
    if pays:
        order = await make_order(runtime, bo.person_id)
        clock.advance(timedelta(minutes=5))
        await report_payment(runtime, paid(order), effects=FOUNDS)
    return await only(runtime, referrer)


async def reverse(runtime: Runtime, operator: Principal, row: ReferralRow, key: str = "key") -> ReferralReversed:
    return (await reverse_referral(runtime, operator, row.id, WHY, key)).result


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []


async def test_d4_both_rewards_are_taken_back_by_reversing_entries(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row = await brought(runtime, clock, ada)
    clock.advance(timedelta(minutes=1))
    with runtime.broker.listen(wallet_topic(ada.wallet_id)) as feed:
        async with recorded(runtime.database.pool) as statements:
            assert await reverse(runtime, operator, row) == ReferralReversed(SIGN_UP + PAYMENT)
        assert await feed.wait(0)
    assert len(statements) == 2 + 13
    assert await ada.left(runtime) == [0, 0]
    entries = await runtime.database.pool.fetch(
        "SELECT amount FROM entries WHERE wallet_id = $1 AND kind = 'REVOKE' ORDER BY number", ada.wallet_id
    )
    assert [entry["amount"] for entry in entries][-2:] == [SIGN_UP, PAYMENT]
    after = await only(runtime, ada)
    assert (after.state, after.given, after.taken_back) == (ReferralState.REVERSED, row.given, row.given)
    assert after.reversed_at == runtime.clock()
    told = await runtime.database.pool.fetch(
        "SELECT kind, facts->>'credits' FROM notices WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
        ada.person_id,
    )
    assert [tuple(each) for each in told] == [("REFERRAL_REVERSED", "550")]
    (audited,) = await runtime.database.pool.fetch("SELECT * FROM audit_entries")
    assert (audited["actor"], audited["verb"], audited["target"]) == (operator.subject, "reverseReferral", row.id)
    assert msgspec.json.decode(audited["before"]) == {"state": "PAID"}
    assert msgspec.json.decode(audited["after"]) == {"state": "REVERSED", "takenBack": "550"}
    assert audited["reason"] == WHY
    await assert_reconciled(runtime)


async def test_d4_what_was_used_stays_used_and_nothing_else_is_touched(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row, other = await brought(runtime, clock, ada, pays=False), await come_by(runtime, ada.code, "cy")
    assert other.is_new
    for kind in (GrantKind.PURCHASED, GrantKind.PROMOTIONAL, GrantKind.REFERRAL):
        await give(runtime, ada.wallet_id, 70, kind)
    await carry_out(runtime, ada.wallet_id, spend(130))  # the 100 of the sign-up, and 30 of the reward
    before = await runtime.database.pool.fetch("SELECT * FROM grants WHERE kind <> 'PLAN' ORDER BY wallet_id, number")
    source = next(grant["source"] for grant in before if grant["source"].startswith("referral:sign-up"))
    assert await reverse(runtime, operator, row) == ReferralReversed(20_000)
    after = await runtime.database.pool.fetch("SELECT * FROM grants WHERE kind <> 'PLAN' ORDER BY wallet_id, number")
    changed = [new for old, new in zip(before, after, strict=True) if old["source"] != source and old != new]
    assert changed == []
    (taken,) = [grant for grant in after if grant["source"] == source]
    assert (taken["used"], taken["remaining"], taken["lapsed"]) == (30_000, 0, 20_000)
    await assert_reconciled(runtime)


async def test_d4_nothing_more_is_given_after_a_reversal(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row = await brought(runtime, clock, ada, pays=False)
    await reverse(runtime, operator, row)
    referred = await runtime.database.pool.fetchval("SELECT referred_id FROM referrals")
    order = await make_order(runtime, referred)
    clock.advance(timedelta(minutes=5))
    await report_payment(runtime, paid(order), effects=FOUNDS)
    assert await ada.given(runtime) == [SIGN_UP]
    assert (await only(runtime, ada)).state is ReferralState.REVERSED


async def test_d4_a_referral_is_reversed_once(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row = await brought(runtime, clock, ada)
    await reverse(runtime, operator, row)
    before = await content(runtime.database)
    again = await reverse_referral(runtime, operator, row.id, WHY, "key")
    assert (again.result, again.replayed) == (ReferralReversed(SIGN_UP + PAYMENT), True)
    assert await reverse(runtime, operator, row, "another") == ReferralReversed(None, REFERRAL_CLOSED)
    assert (await reverse_referral(runtime, operator, row.id, "other", "key")).result.refused == KEY_REUSED
    after = await content(runtime.database)
    assert after | {"verb_results": ()} == before | {"verb_results": ()}


async def test_d4_what_was_rejected_has_nothing_to_take_back(runtime: Runtime, operator: Principal) -> None:
    ada = await make_referrer(runtime, address="203.0.113.9")
    await come_by(runtime, ada.code, address="203.0.113.9")
    row = await only(runtime, ada)
    assert await reverse(runtime, operator, row) == ReferralReversed(None, REFERRAL_CLOSED)
    assert (await only(runtime, ada)).state is ReferralState.REJECTED


async def test_d4_there_is_no_such_referral(runtime: Runtime, operator: Principal) -> None:
    for number, id_ in enumerate((None, uuid4())):
        done = await reverse_referral(runtime, operator, id_, WHY, f"{number}")
        assert done.result == ReferralReversed(None, NO_REFERRAL)


async def test_a5_who_has_deleted_their_account_is_told_nothing(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row = await brought(runtime, clock, ada)
    await set_status(ada.person_id, PersonStatus.DELETED)
    notices = await runtime.database.pool.fetchval("SELECT count(*) FROM notices")
    assert await reverse(runtime, operator, row) == ReferralReversed(SIGN_UP + PAYMENT)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == notices


async def test_g1_only_operators_take_back(
    runtime: Runtime, clock: TestClock, ada: Referrer, operator: Principal
) -> None:
    row = await brought(runtime, clock, ada)
    service = await make_service(runtime)
    before = await content(runtime.database)
    for caller in (ANONYMOUS, ada.principal, service):
        with pytest.raises((Forbidden, Unauthenticated)):
            await reverse_referral(runtime, caller, row.id, WHY, "key")
    for reason in ("", "  ", "x" * 501, "a\0b"):
        with pytest.raises(InvalidInput):
            await reverse_referral(runtime, operator, row.id, reason, "key")
    assert await content(runtime.database) == before
