"""Lists of orders: an organisation's, and a buyer's own; the newest first (D8, B3)."""

from uuid import UUID

from domain.orders import OrderStatus
from domain.principals import Principal
from services.keyset import Keyset, ListOf, Page, Place, Window, place_at
from services.order_rows import ORDER_COLUMNS, OrderRow, order_of
from services.runtime import Runtime

_OF_STATUS = """
($3::text IS NULL OR CASE WHEN o.status = 'PENDING' AND o.expires_at <= $2 THEN 'EXPIRED' ELSE o.status END = $3)
"""


def _orders(whose: str) -> Keyset:
    return Keyset(
        "orders o",
        where=f"{whose} = $1 AND {_OF_STATUS}",
        arguments=3,
        rank="created_at",
        descending=True,
        columns=ORDER_COLUMNS,
    )


_OF_ORGANISATION = _orders("o.organisation_id")
_OF_BUYER = _orders("o.buyer_id")


def orders_of(organisation_id: UUID) -> ListOf:
    """Name the list of an organisation's orders."""
    return ListOf("orders", organisation_id)


def orders_by(person_id: UUID) -> ListOf:
    """Name the list of a person's own orders."""
    return ListOf("own orders", person_id)


async def organisation_orders(
    runtime: Runtime, organisation_id: UUID, window: Window, status: OrderStatus | None = None
) -> Page[OrderRow]:
    """Load a page of an organisation's orders, as of now; for who was shown it as an administrator. One statement."""
    return await _page(runtime, _OF_ORGANISATION, organisation_id, window, status)


async def own_orders(
    runtime: Runtime, principal: Principal, window: Window, status: OrderStatus | None = None
) -> Page[OrderRow]:
    """Load a page of what the caller has ordered, as of now, in one statement. Nobody but a person has any."""
    if principal.person_id is None:
        return Page((), has_next=False, has_previous=False)
    return await _page(runtime, _OF_BUYER, principal.person_id, window, status)


async def _page(
    runtime: Runtime, orders: Keyset, whose: UUID, window: Window, status: OrderStatus | None
) -> Page[OrderRow]:
    now = runtime.clock()
    page = await orders.page(runtime.database.pool, window, whose, now, status)
    return page.map(lambda row: order_of(row).at(now))


def place_of(order: OrderRow) -> Place:
    """Tell where an order stands in either list."""
    return place_at(order.created_at, order.id)
