"""Price rules and products: what can be used, and what it costs."""

import strawberry

from schema.meters import Meter
from schema.scalars import Amount


@strawberry.type(description="What one unit of a product costs, before promotions. A fact of the catalog.")
class PriceRule:
    """A price rule at one version of the catalog."""

    id: strawberry.ID = strawberry.field(description="The rule's id, such as `chat-message-standard`.")
    version: int = strawberry.field(
        description="Version of the price list that it stands in. Versions never change; a new price is a new version."
    )
    meter: Meter = strawberry.field(description="The meter that is charged.")
    per_unit: Amount = strawberry.field(
        description=(
            "Price of one unit of the product, in the meter's unit. A charge is quantity × `perUnit`, rounded half "
            "up to a thousandth."
        )
    )


@strawberry.type(description="Something that can be used and is paid for from a meter. A fact of the catalog.")
class Product:
    """A product with the price that holds now."""

    id: strawberry.ID = strawberry.field(description="What reports of usage call it, such as `chat-message`.")
    name: str = strawberry.field(description='Its name for people, such as "Chat message".')
    step: Amount = strawberry.field(
        description="The smallest quantity, in the product's own unit; every quantity is a multiple of it."
    )
    quantity_max: Amount = strawberry.field(
        description="The greatest quantity that one report may carry, in the product's own unit."
    )
    price: PriceRule = strawberry.field(description="The price that holds now.")
