"""Pages of orders: a buyer's own, or an organization's."""

import strawberry

from schema.orders import Order
from schema.pages import PageInfo
from schema.scalars import Cursor


@strawberry.type(description="An order on a page.")
class OrderEdge:
    """An edge of an `OrderConnection`."""

    cursor: Cursor = strawberry.field(description="The order's place, for `after` and `before`.")
    node: Order = strawberry.field(description="The order.")


@strawberry.type(description="A page of orders, the newest first.")
class OrderConnection:
    """A page of orders."""

    edges: list[OrderEdge] = strawberry.field(description="The orders with their places.")
    nodes: list[Order] = strawberry.field(description="The orders alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")
