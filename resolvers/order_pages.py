"""Pages of orders."""

from domain.authorization import permit_role
from domain.orders import OrderStatus
from resolvers.operation import Operation
from resolvers.orders import order_view
from resolvers.pages import NOBODY, cursor_of, page_info, window_of
from schema.order_pages import OrderConnection, OrderEdge
from schema.organisations import Organization
from schema.pages import PageAsked
from services.keyset import ListOf, Page
from services.order_reads import orders_by, orders_of, organisation_orders, own_orders, place_of
from services.orders import OrderRow

LIST = "this organization's orders"
OWN_LIST = "your orders"


async def orders_page(
    operation: Operation, organization: Organization, asked: PageAsked, status: OrderStatus | None
) -> OrderConnection:
    """Find a page of an organization's orders.

    Raises:
        Forbidden: the viewer does not administer it.
        InvalidInput: names the argument.
    """
    permit_role(organization.viewer_role, "Organization.orders")
    of = orders_of(organization.uuid)
    window = window_of(of, asked, LIST)
    return _view(operation, of, await organisation_orders(operation.runtime, organization.uuid, window, status))


async def viewer_orders(operation: Operation, asked: PageAsked, status: OrderStatus | None) -> OrderConnection:
    """Find a page of what the caller has ordered: nothing, where that is no person.

    Raises:
        InvalidInput: names the argument.
    """
    of = orders_by(operation.principal.person_id or NOBODY)
    window = window_of(of, asked, OWN_LIST)
    return _view(operation, of, await own_orders(operation.runtime, operation.principal, window, status))


def _view(operation: Operation, of: ListOf, page: Page[OrderRow]) -> OrderConnection:
    edges = [OrderEdge(cursor=cursor_of(of, place_of(row)), node=order_view(operation, row)) for row in page.rows]
    return OrderConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges))
