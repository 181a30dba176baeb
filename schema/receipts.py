"""Receipts: why a charge is what it is (F7)."""

import strawberry

from schema.grants import Draw
from schema.pricing import PriceRule
from schema.scalars import Amount
from schema.usage import Surface


@strawberry.type(description="Why a charge is what it is. Amounts are in the unit of the price rule's meter.")
class Receipt:
    """A receipt."""

    product: str = strawberry.field(description="Id of the product that was used, such as `chat-message`.")
    quantity: Amount = strawberry.field(description="How much was used, as reported, in the product's own unit.")
    surface: Surface = strawberry.field(description="Where the person was.")
    client: str | None = strawberry.field(description="Name of the program that was used; null: not known.")
    credential_id: strawberry.ID | None = strawberry.field(
        description="Id of the credential that reported it: `crd_…`; null: not known."
    )
    excluded_from_training: bool = strawberry.field(
        description=(
            "Whether this usage is never used for training: always so in an enterprise workspace. False says nothing "
            "about the use of a personal one."
        )
    )
    price_rule: PriceRule = strawberry.field(
        description="The rule that priced it: for a task, the one that held when it started."
    )
    price: Amount = strawberry.field(description="What the quantity costs by the rule, in the meter's unit.")
    charged: Amount = strawberry.field(description="What was taken, in the meter's unit.")
    waived: Amount = strawberry.field(
        description=(
            "What was not taken since there was no more, in the meter's unit: a task that needs more than it held "
            "finishes anyway. `charged + waived = price`."
        )
    )
    draws: list[Draw] = strawberry.field(
        description="Which grants it was taken from, in order. Each pool of the meter was drawn the whole charge."
    )
