"""Organisations that are bought as people buy them: ordered, paid, founded; seats and renewals alike."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.commands import Advance
from domain.orders import FoundOrganisation, PaymentMethod
from domain.payments import PaymentVerdict
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.subscriptions import Subscription
from services.benefit_posting import post_more_benefits
from services.due_subscriptions import attend_subscriptions
from services.founding import order_organisation
from services.once import Once
from services.orders import OrderChanged, OrderRow, any_order
from services.organisations import Organisation, read_organisation
from services.payments import report_payment
from services.renewals import order_renewal
from services.runtime import Runtime
from services.seat_purchases import order_seats
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, make_account
from tests.factories.payments import paid
from tests.factories.usage import spend
from tests.factories.wallets import WalletRef, carry_out

CHECKOUT = PaymentMethod.CHECKOUT


async def order_of(runtime: Runtime, done: Once[OrderChanged]) -> OrderRow:
    """The order that was placed."""
    assert done.result.refused is None, done.result.refused
    assert done.result.order_id
    row = await any_order(runtime, done.result.order_id)
    assert row
    return row


async def pay(runtime: Runtime, order: OrderRow, *, at: datetime | None = None, mandate: str | None = None) -> OrderRow:
    """Pay an order now, or at an instant, as the checkout reports it."""
    report = paid(order, f"evt_{order.reference}", at=at or runtime.clock(), mandate=mandate)
    outcome = await report_payment(runtime, report)
    assert outcome.verdict is PaymentVerdict.APPLIED, outcome.verdict
    assert outcome.order
    return outcome.order


async def buy_organisation(
    runtime: Runtime,
    buyer: Principal,
    *,
    seats: int = 5,
    take_seat: bool = True,
    name: str = "Example Labs",
    key: str = "found",
    mandate: str | None = None,
) -> OrganisationRef:
    """Order an organisation and pay for it."""
    wanted = FoundOrganisation(name=name, seats=seats, buyer_takes_seat=take_seat, plan="business")
    done = await order_organisation(runtime, buyer, wanted, currency="USD", method=CHECKOUT, key=key)
    order = await pay(runtime, await order_of(runtime, done), mandate=mandate)
    assert order.organisation_id
    organisation = await organisation_of(runtime, order.organisation_id)
    row = await runtime.database.pool.fetchrow(
        "SELECT id FROM wallets WHERE workspace_id = $1 AND person_id = $2", organisation.workspace_id, buyer.subject
    )
    assert row
    assert buyer.subject
    admin = WalletRef(row["id"], organisation.workspace_id, buyer.subject)
    return OrganisationRef(organisation.id, organisation.workspace_id, organisation.subscription.id, name, admin)


async def make_buyer(runtime: Runtime, name: str = "Ada", *, email: str | None = None) -> Principal:
    """A registered person who is about to buy something."""
    return await make_user(runtime, (await make_account(runtime, name, email=email)).person_id)


async def buy_seats(
    runtime: Runtime, buyer: Principal, organisation_id: UUID, seats: int, *, key: str = "seats"
) -> OrderRow:
    """Order more seats and pay for them."""
    done = await order_seats(runtime, buyer, organisation_id, seats, method=CHECKOUT, key=key)
    return await pay(runtime, await order_of(runtime, done))


async def buy_renewal(
    runtime: Runtime, buyer: Principal, organisation_id: UUID, seats: int, *, key: str = "renewal"
) -> OrderRow:
    """Order the next term and pay for it."""
    done = await order_renewal(runtime, buyer, organisation_id, seats, method=CHECKOUT, key=key)
    return await pay(runtime, await order_of(runtime, done))


async def organisation_of(runtime: Runtime, organisation_id: UUID) -> Organisation:
    async with runtime.database.pool.acquire() as connection:
        found = await read_organisation(connection, organisation_id)
    assert found
    return found


async def subscription_of(runtime: Runtime, organisation_id: UUID) -> Subscription:
    return (await organisation_of(runtime, organisation_id)).subscription


async def attend(runtime: Runtime) -> int:
    """Work until nothing is due of subscriptions any more, at most a hundred rounds."""
    for rounds in range(100):
        if not await attend_subscriptions(runtime) + await post_more_benefits(runtime):
            return rounds
    raise AssertionError("the worker would never rest")


A_DAY = timedelta(days=1)


async def quota(runtime: Runtime, wallet_id: UUID) -> tuple[int, int, int, int]:
    """Granted, used, remaining and lapsed of the period's chat credits, in units, when all that is due is written."""
    await carry_out(runtime, wallet_id, Advance())
    row = await runtime.database.pool.fetchrow(_QUOTA, wallet_id)
    assert row
    granted, used, remaining, lapsed = (int(value) // THOUSANDTHS_PER_UNIT for value in row)
    return granted, used, remaining, lapsed


async def refusal_of_use(runtime: Runtime, wallet_id: UUID, messages: int = 1) -> RefusalCode | None:
    """Charge so many messages; None: they were charged."""
    (outcome,) = await carry_out(runtime, wallet_id, spend(messages))
    return outcome.code if isinstance(outcome, Refusal) else None


async def kinds_of(runtime: Runtime, wallet_id: UUID, after: int = 0) -> list[str]:
    """The kinds of a wallet's entries, in order: what its feed tells."""
    sql = "SELECT kind FROM entries WHERE wallet_id = $1 AND number > $2 ORDER BY number"
    return [row["kind"] for row in await runtime.database.pool.fetch(sql, wallet_id, after)]


async def last_number(runtime: Runtime, wallet_id: UUID) -> int:
    number: int = await runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet_id)
    return number


_QUOTA = """
SELECT granted, used, remaining, lapsed FROM grants
WHERE wallet_id = $1 AND meter = 'chat_credit' AND NOT closed ORDER BY number DESC LIMIT 1
"""
