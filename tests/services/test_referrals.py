"""Referrals (D4): attributed at sign-up, rewarded once for it and once for the first payment."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import Forbidden, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.referrals import ReferralState, RejectionReason, read_code
from feed.topics import wallet_topic
from services.erasure import erase_account
from services.export_kinds import KINDS
from services.notice_reads import unread_notices
from services.once import KEY_REUSED
from services.orders import OrderRow
from services.payments import report_payment
from services.reconciling import reconcile
from services.referrals import (
    REFERRALS_LISTED_MAX,
    create_referral_code,
    referral_code_of_viewer,
    referrals_of_viewer,
)
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_operator, make_service
from tests.factories.payments import FOUNDS, LINE, failed, make_order, paid
from tests.factories.persons import set_status
from tests.factories.referrals import Referrer, come_by, make_referrer
from tests.factories.sign_ins import assertion, make_guest, principal_of, signed_in
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

SIGN_UP, PAYMENT = 50_000, 500_000
HERE, THERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture
async def ada(runtime: Runtime) -> Referrer:
    return await make_referrer(runtime)


async def reasons(runtime: Runtime) -> list[str | None]:
    rows = await runtime.database.pool.fetch("SELECT rejected_because FROM referrals ORDER BY attributed_at, id")
    return [row[0] for row in rows]


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []


async def pay(runtime: Runtime, clock: TestClock, buyer_id: UUID, key: str = "evt") -> OrderRow:
    """An order that is placed and paid."""
    order = await make_order(runtime, buyer_id)
    clock.advance(timedelta(minutes=5))
    await report_payment(runtime, paid(order, key), effects=FOUNDS)
    return order


async def test_d4_a_code_is_made_when_it_is_first_asked_for(runtime: Runtime) -> None:
    came = await signed_in(runtime, assertion())
    ada = Principal(Caller.USER, came.person_id)
    assert await referral_code_of_viewer(runtime, ada) is None
    async with recorded(runtime.database.pool) as statements:
        made = await create_referral_code(runtime, ada, "one")
    assert len(statements) == 2 + 4
    assert made.result.code
    assert read_code(made.result.code) == made.result.code
    async with recorded(runtime.database.pool) as statements:
        again = await create_referral_code(runtime, ada, "two")
    assert len(statements) == 2 + 3
    replayed = await create_referral_code(runtime, ada, "one")
    assert [each.result for each in (again, replayed)] == [made.result] * 2
    assert (again.replayed, replayed.replayed) == (False, True)
    assert await referral_code_of_viewer(runtime, ada) == made.result.code


async def test_d4_codes_are_made_anew_until_nobody_has_them(
    runtime: Runtime, ada: Referrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = iter((ada.code, ada.code, "0000000Z"))
    monkeypatch.setattr("services.referrals.make_code", lambda _entropy: next(codes))
    assert (await make_referrer(runtime, "cy")).code == "0000000Z"


async def test_g1_codes_are_for_registered_people(runtime: Runtime) -> None:
    guest = await principal_of(runtime, await make_guest(runtime))
    before = await content(runtime.database)
    for caller in (ANONYMOUS, guest, await make_service(runtime), await make_operator(runtime)):
        with pytest.raises((Forbidden, Unauthenticated)):
            await create_referral_code(runtime, caller, "key")
    assert await referral_code_of_viewer(runtime, guest) is None
    assert await referrals_of_viewer(runtime, guest) == []
    after = await content(runtime.database)
    assert (after["referral_codes"], after["verb_results"]) == (before["referral_codes"], before["verb_results"])


async def test_f5_a_key_is_good_for_one_thing(runtime: Runtime, ada: Referrer) -> None:
    await runtime.database.pool.execute("UPDATE verb_results SET input_hash = sha256('x') WHERE key = 'code'")
    assert (await create_referral_code(runtime, ada.principal, "code")).result.refused == KEY_REUSED


async def test_d4_who_brings_somebody_gets_50_credits_at_their_sign_up(runtime: Runtime, ada: Referrer) -> None:
    with runtime.broker.listen(wallet_topic(ada.wallet_id)) as feed:
        bo = await come_by(runtime, ada.code)
        assert await feed.wait(0)
    assert bo.is_new
    assert await ada.given(runtime) == [SIGN_UP]
    (row,) = await ada.listed(runtime)
    assert (row.at, row.state, row.given, row.taken_back) == (runtime.clock(), ReferralState.SIGNED_UP, SIGN_UP, 0)
    told = await runtime.database.pool.fetchrow("SELECT person_id, kind, facts->>'credits' FROM notices")
    assert told
    assert tuple(told) == (ada.person_id, "REFERRAL_REWARDED", "50")
    assert await unread_notices(runtime, ada.principal) == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 0
    await assert_reconciled(runtime)


async def test_d4_a_guest_who_registers_is_attributed(runtime: Runtime, ada: Referrer) -> None:
    guest = await make_guest(runtime)
    principal = await principal_of(runtime, guest)
    came = await signed_in(runtime, assertion("g", "g@example.org"), guest=principal, referral_code=ada.code)
    assert came.person_id == guest.account.person_id
    assert await ada.given(runtime) == [SIGN_UP]


async def test_d4_a_code_after_sign_up_does_nothing(runtime: Runtime, ada: Referrer) -> None:
    bo = await signed_in(runtime, assertion("bo", "bo@example.org"))
    for _ in range(3):
        assert (await come_by(runtime, ada.code)).person_id == bo.person_id
    with_code = await come_by(runtime, (await make_referrer(runtime, "cy")).code)
    assert with_code.person_id == bo.person_id
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM referrals") == 0
    assert await ada.given(runtime) == []


async def test_d4_the_first_code_stays_and_rewards_once(runtime: Runtime, ada: Referrer) -> None:
    cy = await make_referrer(runtime, "cy")
    for code in (ada.code, ada.code, cy.code):
        await come_by(runtime, code)
    assert (await ada.given(runtime), await cy.given(runtime)) == ([SIGN_UP], [])
    assert await reasons(runtime) == [None]


async def test_d4_a_code_that_nobody_has_stops_nobody(runtime: Runtime, ada: Referrer) -> None:
    unknown = "00000000" if ada.code != "00000000" else "00000001"
    assert (await come_by(runtime, unknown)).is_new
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM referrals") == 0


async def test_d4_ones_own_code_is_no_referral(runtime: Runtime, ada: Referrer) -> None:
    asserted = assertion("referrer-ada", "ada@referrers.example")
    assert (await signed_in(runtime, asserted, referral_code=ada.code)).person_id == ada.person_id
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM referrals") == 0


@pytest.mark.parametrize(
    ("address", "device_id", "reason"),
    [
        (HERE, "another", RejectionReason.SAME_PERSON),
        (THERE, "device", RejectionReason.SAME_PERSON),
        (THERE, "another", None),
        (None, None, None),
    ],
)
async def test_d4_a3_nobody_refers_another_account_of_theirs(
    runtime: Runtime, address: str | None, device_id: str | None, reason: RejectionReason | None
) -> None:
    ada = await make_referrer(runtime, address=HERE, device_id="device")
    came = await signed_in(
        runtime, assertion("other", "other@example.org"), address=address, device_id=device_id, referral_code=ada.code
    )
    assert came.is_new  # the sign-up itself goes on
    assert await reasons(runtime) == [reason]
    assert await ada.given(runtime) == ([] if reason else [SIGN_UP])
    (row,) = await ada.listed(runtime)
    assert row.state is (ReferralState.REJECTED if reason else ReferralState.SIGNED_UP)


async def test_d4_what_is_rejected_is_not_rewarded_for_paying_either(runtime: Runtime, clock: TestClock) -> None:
    ada = await make_referrer(runtime, address=HERE)
    bo = await come_by(runtime, ada.code, address=HERE)
    await pay(runtime, clock, bo.person_id)
    assert await ada.given(runtime) == []
    assert [row.state for row in await ada.listed(runtime)] == [ReferralState.REJECTED]


@pytest.mark.parametrize("status", list(PersonStatus))
async def test_d4_the_code_of_who_is_gone_is_rejected(runtime: Runtime, ada: Referrer, status: PersonStatus) -> None:
    await set_status(ada.person_id, status)
    assert (await come_by(runtime, ada.code)).is_new
    gone = status in (PersonStatus.DELETED, PersonStatus.TERMINATED)
    assert await reasons(runtime) == [RejectionReason.REFERRER_GONE if gone else None]
    assert await ada.given(runtime) == ([] if gone else [SIGN_UP])


async def test_d4_a5_the_code_of_a_deleted_account_rewards_nobody(runtime: Runtime, ada: Referrer) -> None:
    await erase(runtime, ada.person_id)
    assert (await come_by(runtime, ada.code)).is_new
    assert await reasons(runtime) == [RejectionReason.REFERRER_GONE]
    assert await ada.given(runtime) == []
    await assert_reconciled(runtime)


async def test_d4_a2_who_deletes_their_account_and_comes_back_rewards_nobody_again(
    runtime: Runtime, clock: TestClock, ada: Referrer
) -> None:
    cy = await make_referrer(runtime, "cy")
    first = await come_by(runtime, ada.code)
    await erase(runtime, first.person_id)
    for code in (ada.code, cy.code):
        clock.advance(timedelta(days=1))
        again = await come_by(runtime, code)
        assert again.is_new
        await erase(runtime, again.person_id)
    assert await reasons(runtime) == [None, RejectionReason.NOT_NEW, RejectionReason.NOT_NEW]
    assert (await ada.given(runtime), await cy.given(runtime)) == ([SIGN_UP], [])


async def test_d4_the_first_payment_gives_500_once(runtime: Runtime, clock: TestClock, ada: Referrer) -> None:
    bo = await come_by(runtime, ada.code)
    with runtime.broker.listen(wallet_topic(ada.wallet_id)) as feed:
        order = await pay(runtime, clock, bo.person_id)
        assert await feed.wait(0)
    assert await ada.given(runtime) == [SIGN_UP, PAYMENT]
    (row,) = await ada.listed(runtime)
    assert (row.state, row.given) == (ReferralState.PAID, SIGN_UP + PAYMENT)
    await report_payment(runtime, paid(order, "evt"), effects=FOUNDS)  # heard again
    await report_payment(runtime, paid(order, "other"), effects=FOUNDS)
    await pay(runtime, clock, bo.person_id, "next")
    assert await ada.given(runtime) == [SIGN_UP, PAYMENT]
    kinds = await runtime.database.pool.fetch("SELECT kind FROM notices WHERE person_id = $1", ada.person_id)
    assert [row["kind"] for row in kinds] == ["REFERRAL_REWARDED"] * 2
    await assert_reconciled(runtime)


async def test_d4_what_costs_nothing_and_what_fails_is_no_payment(
    runtime: Runtime, clock: TestClock, ada: Referrer
) -> None:
    bo = await come_by(runtime, ada.code)
    free = type(LINE)(LINE.kind, 5, 0, 0, LINE.starts_at, LINE.ends_at, days=365, days_in_term=365)
    for_nothing, unpaid = (
        await make_order(runtime, bo.person_id, lines=(free,)),
        await make_order(runtime, bo.person_id),
    )
    clock.advance(timedelta(minutes=5))
    await report_payment(runtime, paid(for_nothing, "free"), effects=FOUNDS)
    await report_payment(runtime, failed(unpaid), effects=FOUNDS)
    assert await ada.given(runtime) == [SIGN_UP]
    await pay(runtime, clock, bo.person_id)
    assert await ada.given(runtime) == [SIGN_UP, PAYMENT]


async def test_d4_the_buyers_referrer_alone_is_rewarded(runtime: Runtime, clock: TestClock, ada: Referrer) -> None:
    """Who brought somebody who brings somebody gets nothing for the last one."""
    bo = await signed_in(runtime, assertion("b", "b@example.org"), referral_code=ada.code)
    made = await create_referral_code(runtime, Principal(Caller.USER, bo.person_id), "code")
    assert made.result.code
    cy = await come_by(runtime, made.result.code, "cy")
    await pay(runtime, clock, cy.person_id)
    assert await ada.given(runtime) == [SIGN_UP]


@pytest.mark.parametrize("status", [PersonStatus.DELETED, PersonStatus.TERMINATED])
async def test_d4_who_is_gone_is_not_rewarded_for_a_payment(
    runtime: Runtime, clock: TestClock, ada: Referrer, status: PersonStatus
) -> None:
    bo = await come_by(runtime, ada.code)
    await set_status(ada.person_id, status)
    await pay(runtime, clock, bo.person_id)
    assert await ada.given(runtime) == [SIGN_UP]


async def test_d4_a_reward_is_of_the_transaction_that_earned_it(
    runtime: Runtime, ada: Referrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise ConnectionError

    before = await content(runtime.database)
    monkeypatch.setattr("services.signing_in.open_session", breaks)
    with pytest.raises(ConnectionError):
        await come_by(runtime, ada.code)
    assert await content(runtime.database) == before


async def test_d4_statements_of_a_sign_up_with_a_code(runtime: Runtime, ada: Referrer) -> None:
    counts: list[int] = []
    for name, code in (("a", None), ("b", "00000000"), ("c", ada.code), ("c", ada.code)):
        async with recorded(runtime.database.pool) as statements:
            await signed_in(runtime, assertion(name, f"{name}@example.org"), referral_code=code)
        counts.append(len(statements) - (counts[0] if counts else 0))
    # without a code; nobody's; found, compared, recorded and told; and where there is an account already
    assert counts[1:3] == [1, 4]
    assert counts[3] < 0


async def test_d4_the_newest_100_are_listed(runtime: Runtime, clock: TestClock, ada: Referrer) -> None:
    insert = """
        WITH person AS (
            INSERT INTO persons (id, kind, display_name, locale, time_zone, status, under_review, created_at)
            SELECT gen_random_uuid(), 'USER', 'X', 'en', 'UTC', 'ACTIVE', false, $1 FROM generate_series(1, $3::int)
            RETURNING id)
        INSERT INTO referrals (id, referrer_id, referred_id, code, attributed_at, rejected_because)
        SELECT gen_random_uuid(), $2, id, '00000000', $1, 'SAME_PERSON' FROM person
    """
    assert await ada.listed(runtime) == []
    await runtime.database.pool.execute(insert, runtime.clock(), ada.person_id, REFERRALS_LISTED_MAX)
    clock.advance(timedelta(minutes=1))
    await come_by(runtime, ada.code)
    async with recorded(runtime.database.pool) as statements:
        rows = await ada.listed(runtime)
    assert len(statements) == 2
    assert len(rows) == REFERRALS_LISTED_MAX
    assert [row.state for row in rows] == [ReferralState.SIGNED_UP] + [ReferralState.REJECTED] * 99
    assert await referrals_of_viewer(runtime, (await make_referrer(runtime, "cy")).principal) == []


async def test_d4_a5_archives_show_nobody_else(runtime: Runtime, ada: Referrer) -> None:
    bo = await come_by(runtime, ada.code)
    await runtime.database.pool.execute("UPDATE referrals SET reversed_at = now(), reversed_because = 'abuse'")
    (kind,) = (each for each in KINDS if each.table == "referrals")
    for person_id, by_my_code in ((ada.person_id, True), (bo.person_id, False)):
        (row,) = await runtime.database.pool.fetch(kind.sql, person_id)
        assert not {ada.person_id, bo.person_id} & set(row.values())
        assert (row["by_my_code"], row["code"]) == (by_my_code, ada.code)
        assert row["reversed_because"] == ("abuse" if by_my_code else None)


async def erase(runtime: Runtime, person_id: UUID) -> None:
    async with runtime.database.transaction() as connection:
        await connection.execute("SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE", person_id)
        await erase_account(connection, person_id, runtime.clock)
