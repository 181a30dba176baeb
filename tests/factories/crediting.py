"""Credits that are bought as people buy them: ordered and paid."""

from domain.principals import Principal
from services.credit_orders import order_credits
from services.orders import OrderRow
from services.runtime import Runtime
from tests.factories.buying import CHECKOUT, order_of, pay


async def place_credits(
    runtime: Runtime, buyer: Principal, pack: str = "small", *, quantity: int = 1, key: str = "credits"
) -> OrderRow:
    """Order credits."""
    done = await order_credits(runtime, buyer, pack, quantity, currency="USD", method=CHECKOUT, key=key)
    return await order_of(runtime, done)


async def buy_credits(
    runtime: Runtime, buyer: Principal, pack: str = "small", *, quantity: int = 1, key: str = "credits"
) -> OrderRow:
    """Order credits and pay for them."""
    return await pay(runtime, await place_credits(runtime, buyer, pack, quantity=quantity, key=key))
