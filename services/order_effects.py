"""What being paid brings about, by kind of order (D8): in the transaction that pays it, exactly once.

Effects import `OrderRow` and `Effected` from `services/orders.py`, never from here.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from domain.orders import OrderKind
from models.database import Connection
from services.credit_orders import give_bought_credits
from services.founding import found_bought_organisation
from services.orders import Effected, OrderRow
from services.renewals import renew
from services.runtime import Runtime
from services.seat_purchases import add_bought_seats

__all__ = ["EFFECTS", "Effect", "Effected"]

Effect: TypeAlias = Callable[[Runtime, Connection, OrderRow, datetime], Awaitable[Effected]]
"""Brings about what an order's intent says.

It is given a transaction that holds the buyer's person row and the order's row, the order as it was before it was paid,
with the `mandate` that its payment gave, and the present instant. It refuses nothing: the money is there. It need not
wake anybody: whoever commits does.
"""

EFFECTS: Mapping[OrderKind, Effect] = {
    OrderKind.ORGANISATION: found_bought_organisation,
    OrderKind.SEATS: add_bought_seats,
    OrderKind.RENEWAL: renew,
    OrderKind.CREDITS: give_bought_credits,
}
