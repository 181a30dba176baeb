"""Credits: bought, adjusted, told apart by kind (D1, D2, D3, G3)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.credits import CreditsOfKind, Expiry
from domain.errors import Forbidden, InvalidInput
from domain.grants import GrantKind
from domain.orders import OrderKind, OrderStatus
from domain.payments import PaymentVerdict
from domain.persons import PersonStatus
from domain.principals import Caller, Principal
from feed.topics import wallet_topic
from models.grants import Grant
from services.adjustments import Adjustment, CreditsAdjusted, adjust_credits
from services.credit_orders import order_credits
from services.credit_reads import credits_of
from services.payments import report_payment
from services.runtime import Runtime
from tests.factories.buying import CHECKOUT, pay
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_user
from tests.factories.crediting import buy_credits, place_credits
from tests.factories.payments import paid
from tests.factories.persons import set_status
from tests.factories.statements import recorded
from tests.factories.usage import hold, spend
from tests.factories.wallets import CREDIT, WalletRef, carry_out, give, make_colleague, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
K = 1_000


async def grants(wallet: WalletRef) -> list[tuple[GrantKind, int, object, str]]:
    rows = await Grant.filter(wallet_id=wallet.id).order_by("number")
    return [(row.kind, row.remaining, row.ends_at, row.source) for row in rows]


@pytest.fixture
async def wallet(runtime: Runtime) -> WalletRef:
    return await make_wallet(runtime)


@pytest.fixture
async def buyer(runtime: Runtime, wallet: WalletRef) -> Principal:
    return await make_user(runtime, wallet.person_id)


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


async def test_d3_d8_credits_are_there_when_they_are_paid_and_have_no_end(
    runtime: Runtime, wallet: WalletRef, buyer: Principal
) -> None:
    order = await place_credits(runtime, buyer, "medium", quantity=3)
    assert (order.kind, order.total_minor, order.currency, order.organisation_id) == (
        OrderKind.CREDITS,
        6_750,
        "USD",
        None,
    )
    assert await grants(wallet) == []
    with runtime.broker.listen(wallet_topic(wallet.id)) as listener:
        done = await pay(runtime, order)
        assert listener.take()
    assert (done.status, done.receipt_number, done.organisation_id) == (OrderStatus.PAID, 1, None)
    bought = [(GrantKind.PURCHASED, 7_500 * K, None, "pack:medium")]
    assert await grants(wallet) == bought
    again = await report_payment(runtime, paid(order, "evt_other"))
    assert again.verdict is PaymentVerdict.ALREADY_PAID
    assert await grants(wallet) == bought


async def test_d3_they_go_to_the_personal_wallet_of_a_member_of_an_organisation(
    runtime: Runtime, wallet: WalletRef, buyer: Principal
) -> None:
    at_work = await make_colleague(runtime, person_id=wallet.person_id)
    await buy_credits(runtime, buyer)
    assert (len(await grants(wallet)), await grants(at_work)) == (1, [])


async def test_d3_what_was_ordered_is_given_whatever_the_catalog_says_later(
    runtime: Runtime, wallet: WalletRef, buyer: Principal
) -> None:
    order = await place_credits(runtime, buyer)
    pack = runtime.catalog.packs["small"]
    dearer = replace(runtime.catalog, packs={"large": runtime.catalog.packs["large"], "small": replace(pack, amount=K)})
    await report_payment(replace(runtime, catalog=dearer), paid(order))
    assert await grants(wallet) == [(GrantKind.PURCHASED, 500 * K, None, "pack:small")]


async def test_d8_the_number_of_statements(runtime: Runtime, buyer: Principal) -> None:
    async with recorded(runtime.database.pool) as statements:
        done = await order_credits(runtime, buyer, "small", 1, currency="USD", method=CHECKOUT, key="key")
    assert done.result.order_id
    assert len([each for each in statements if each not in ("BEGIN;", "COMMIT;")]) == 4


@pytest.mark.parametrize(
    ("pack", "quantity", "currency", "field"),
    [("none", 1, "USD", "packId"), ("small", 101, "USD", "quantity"), ("small", 1, "EUR", "currency")],
)
async def test_what_cannot_be_bought_leaves_the_key_free(
    runtime: Runtime, buyer: Principal, *, pack: str, quantity: int, currency: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await order_credits(runtime, buyer, pack, quantity, currency=currency, method=CHECKOUT, key="key")
    assert caught.value.field == ("input", field)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM orders") == 0
    assert (await place_credits(runtime, buyer, key="key")).kind is OrderKind.CREDITS


async def test_g1_guests_buy_nothing(runtime: Runtime, wallet: WalletRef) -> None:
    guest = Principal(Caller.GUEST, wallet.person_id)
    with pytest.raises(Forbidden):
        await order_credits(runtime, guest, "small", 1, currency="USD", method=CHECKOUT, key="key")


def adjustment(wallet: WalletRef, amount: int, *, expires_at: datetime | None = None) -> Adjustment:
    return Adjustment(wallet.person_id, amount, "ticket 7", expires_at)


async def test_g3_given_on_record_and_told(runtime: Runtime, wallet: WalletRef, operator: Principal) -> None:
    ends_at = NOW + DAY
    with runtime.broker.listen(wallet_topic(wallet.id)) as listener:
        done = await adjust_credits(runtime, operator, adjustment(wallet, 50 * K, expires_at=ends_at), key="key")
        assert listener.take()
    assert (done.result, done.replayed) == (CreditsAdjusted(wallet.person_id, 50 * K), False)
    assert await grants(wallet) == [(GrantKind.ADJUSTMENT, 50 * K, ends_at, "adjustment")]
    row = await runtime.database.pool.fetchrow(
        "SELECT actor, verb, target, after->>'changed' AS changed, reason FROM audit_entries"
    )
    assert row
    assert tuple(row) == (operator.subject, "adjustCredits", wallet.person_id, "50000", "ticket 7")
    notice = await runtime.database.pool.fetchrow("SELECT person_id, kind, facts->>'amount' AS amount FROM notices")
    assert notice
    assert tuple(notice) == (wallet.person_id, "CREDITS_ADJUSTED", "50")
    again = await adjust_credits(runtime, operator, adjustment(wallet, 50 * K, expires_at=ends_at), key="key")
    assert (again.result, again.replayed) == (done.result, True)
    assert len(await grants(wallet)) == 1


async def test_d2_taken_back_is_what_is_there_and_never_what_a_task_holds(
    runtime: Runtime, wallet: WalletRef, buyer: Principal, operator: Principal
) -> None:
    await buy_credits(runtime, buyer)
    await give(runtime, wallet.id, 10, GrantKind.ADJUSTMENT)
    await carry_out(runtime, wallet.id, hold(4))
    done = await adjust_credits(runtime, operator, adjustment(wallet, -8 * K), key="one")
    assert done.result.changed == -8 * K
    assert [(kind, left) for kind, left, *_ in await grants(wallet)] == [
        (GrantKind.PURCHASED, 498 * K),
        (GrantKind.ADJUSTMENT, 0),
    ]
    assert (await adjust_credits(runtime, operator, adjustment(wallet, -(10**9)), key="two")).result.changed == -498 * K
    nothing = await adjust_credits(runtime, operator, adjustment(wallet, -1), key="three")
    assert nothing.result == CreditsAdjusted(wallet.person_id, 0)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM audit_entries") == 3
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices WHERE kind = 'CREDITS_ADJUSTED'") == 2


async def test_g3_the_number_of_statements(runtime: Runtime, wallet: WalletRef, operator: Principal) -> None:
    async with recorded(runtime.database.pool) as statements:
        await adjust_credits(runtime, operator, adjustment(wallet, 50 * K), key="key")
    assert len([each for each in statements if each not in ("BEGIN;", "COMMIT;")]) == 12


async def test_a_deleted_person_gets_nothing(runtime: Runtime, wallet: WalletRef, operator: Principal) -> None:
    await set_status(wallet.person_id, PersonStatus.DELETED)
    done = await adjust_credits(runtime, operator, adjustment(wallet, 50 * K), key="key")
    assert done.result.refused
    assert done.result.refused.field == ("personId",)
    assert await grants(wallet) == []


async def test_d2_bonus_before_plan_before_purchased_and_what_ends_first_before_the_rest(
    runtime: Runtime, clock: TestClock, operator: Principal
) -> None:
    wallet = await make_wallet(runtime, plan="plus")
    owner = await make_user(runtime, wallet.person_id)
    await buy_credits(runtime, owner)
    await adjust_credits(runtime, operator, adjustment(wallet, 5 * K), key="for ever")
    await adjust_credits(runtime, operator, adjustment(wallet, 7 * K, expires_at=NOW + 2 * DAY), key="late")
    await adjust_credits(runtime, operator, adjustment(wallet, 3 * K, expires_at=NOW + DAY), key="soon")
    found = (await credits_of(runtime, owner, [wallet.id]))[wallet.id]
    kinds = [(each.kind, each.remaining, each.next_expiry) for each in found if each.meter == CREDIT]
    assert kinds[0] == (GrantKind.ADJUSTMENT, 15 * K, Expiry(NOW + DAY, 3 * K))
    assert [kind for kind, *_ in kinds] == [GrantKind.ADJUSTMENT, GrantKind.PLAN, GrantKind.PURCHASED]
    assert kinds[2] == (GrantKind.PURCHASED, 500 * K, None)
    clock.advance(DAY)
    later = (await credits_of(runtime, owner, [wallet.id]))[wallet.id]
    assert later[0] == CreditsOfKind(CREDIT, GrantKind.ADJUSTMENT, 12 * K, 0, Expiry(NOW + 2 * DAY, 7 * K))
    await carry_out(runtime, wallet.id, spend(1_013))
    left = {row.kind: row.remaining for row in await Grant.filter(wallet_id=wallet.id, meter=CREDIT, ended=False)}
    assert left[GrantKind.PURCHASED] == 499 * K


async def test_f2_kinds_of_many_wallets_are_one_statement_and_others_wallets_have_none(runtime: Runtime) -> None:
    wallets = await make_wallets(runtime, 3, credits_=5)
    owner = await make_user(runtime, wallets[0].person_id)
    async with recorded(runtime.database.pool) as statements:
        found = await credits_of(runtime, owner, [wallet.id for wallet in wallets])
    assert len(statements) == 1
    assert found == {wallets[0].id: (CreditsOfKind(CREDIT, GrantKind.SIGN_UP, 5 * K, 0, None),)}
