"""Credits that are bought: ordered, and given when they are paid (D1, D3, D8).

*Decided.* They are for the buyer's personal wallet, wherever the buyer works when ordering; what a pack gave when it
was ordered is what is given, whatever the catalog says when it is paid.
"""

from datetime import datetime
from uuid import UUID

from domain.authorization import permit
from domain.commands import OpenGrant
from domain.grants import GrantKind
from domain.orders import BuyCredits, OrderKind, PaymentMethod
from domain.packs import price_packs
from domain.principals import Principal
from domain.refusals import Refusal
from models.database import Connection
from services.once import Once
from services.orders import Effected, OrderChanged, OrderRow, place_order
from services.posting import Posting, post
from services.purchases import UNDER_INPUT, Buying, buy
from services.runtime import Runtime

PERSONAL_WALLET = """
SELECT w.id FROM workspaces s JOIN wallets w ON w.workspace_id = s.id AND w.person_id = s.owner_id WHERE s.owner_id = $1
"""


async def order_credits(
    runtime: Runtime,
    principal: Principal,
    pack_id: str,
    quantity: int,
    *,
    currency: str,
    method: PaymentMethod,
    key: str,
) -> Once[OrderChanged]:
    """Order so many of a pack of credits, 1 to 100: they are there as soon as they are paid. Four statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """
    permit(principal, "Mutation.orderCredits")

    async def place(buying: Buying) -> OrderRow | Refusal:
        catalog = runtime.catalog
        pack, line = price_packs(catalog.packs, pack_id, quantity, currency, UNDER_INPUT)
        amount, meter = pack.amount * quantity, catalog.policies.credit_meter
        return await place_order(
            buying.connection,
            runtime,
            kind=OrderKind.CREDITS,
            buyer_id=buying.person_id,
            organisation_id=None,
            method=method,
            currency=currency,
            lines=(line,),
            intent=BuyCredits(pack=pack.id, quantity=quantity, meter=meter, amount=amount),
            now=buying.now,
        )

    facts = {"pack": pack_id, "quantity": quantity, "currency": currency}
    return await buy(runtime, principal, "orderCredits", facts, method=method, key=key, place=place)


async def give_bought_credits(runtime: Runtime, connection: Connection, order: OrderRow, _now: datetime) -> Effected:
    """Give the credits of an order that is paid: the effect of `CREDITS`. Four statements.

    They have no end (D3). A buyer whose account was deleted meanwhile gets them into a wallet that nobody uses.
    """
    intent = order.intent
    if not isinstance(intent, BuyCredits):
        raise TypeError(f"an order of kind {order.kind} gives no credits")
    wallet_id: UUID | None = await connection.fetchval(PERSONAL_WALLET, order.buyer_id)
    if wallet_id is None:
        raise LookupError("whoever buys has a personal wallet")
    grant = OpenGrant(intent.meter, GrantKind.PURCHASED, intent.amount, None, f"pack:{intent.pack}")
    posted = await post(connection, [Posting(grant, wallet_id)], runtime.clock)
    return Effected(None, None, posted.changed)
