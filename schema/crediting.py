"""Credits: bought in packs, and adjusted by operators (D1, D2, D3, G3)."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from domain.orders import PaymentMethod
from schema.credits import CreditPack
from schema.fields import field, mutation
from schema.orders import Order
from schema.refusals import Refusal
from schema.scalars import Amount
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD


@strawberry.input(description="How many of which pack of credits are bought.")
class OrderCreditsInput:
    """Input of `Mutation.orderCredits`."""

    pack_id: strawberry.ID = strawberry.field(description="The pack, one of `creditPacks`.")
    quantity: int = strawberry.field(default=1, description="How many of it: 1 to 100.")
    currency: str = strawberry.field(default="USD", description="The currency by ISO 4217: one that it is sold in.")
    payment_method: PaymentMethod = strawberry.field(description="How it will be paid.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `orderCredits`: the order, or refusals.")
class OrderCreditsPayload:
    """Payload of `Mutation.orderCredits`."""

    order: Order | None = strawberry.field(description="The order, with how to pay it; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Whose credits are adjusted, by how much, and why.")
class AdjustCreditsInput:
    """Input of `Mutation.adjustCredits`."""

    person_id: strawberry.ID = strawberry.field(description="Whose: `per_…`.")
    amount: Amount = strawberry.field(
        description="By how much, in units of credits: positive gives, negative takes back what is there; not 0."
    )
    reason: str = strawberry.field(description="Why, in 1 to 500 printable characters: it is recorded for good.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When what is given ends, in the future; null: never. Null where it is taken back."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `adjustCredits`: by how much the credits changed, or refusals.")
class AdjustCreditsPayload:
    """Payload of `Mutation.adjustCredits`."""

    person_id: strawberry.ID | None = strawberry.field(description="Whose credits: `per_…`; null: refused.")
    changed: Amount | None = strawberry.field(
        description=(
            "By how much they changed in fact, in units of credits; negative: taken back, which may be less than was "
            "asked. Null: refused."
        )
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def credit_packs(self) -> list[CreditPack]:
        """List the packs of credits."""


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def order_credits(self, asked: OrderCreditsInput) -> OrderCreditsPayload:
        """Order a pack of credits."""

    async def adjust_credits(self, asked: AdjustCreditsInput) -> AdjustCreditsPayload:
        """Give credits, or take them back."""


@strawberry.type
class CreditingQueries:
    """Part of the root of queries."""

    @field
    async def credit_packs(self, info: strawberry.Info[QueriesAsked, None]) -> list[CreditPack]:
        """The packs of credits that can be bought, with their prices. For everybody, without a credential."""
        return await info.context.credit_packs()


@strawberry.type
class CreditingMutations:
    """Part of the root of mutations."""

    @mutation
    async def order_credits(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[OrderCreditsInput, strawberry.argument(name="input", description="What is bought.")],
    ) -> OrderCreditsPayload:
        """Orders credits for the caller's personal workspace: they are there as soon as the order is paid.

        For registered people. Purchased credits are final and non-refundable, and do not expire while the account is
        active. They are drawn last: after bonus credits and the plan's quota.
        """
        return await info.context.order_credits(asked)

    @mutation
    async def adjust_credits(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[AdjustCreditsInput, strawberry.argument(name="input", description="Whose, how much and why.")],
    ) -> AdjustCreditsPayload:
        """Gives a person credits in their personal workspace, or takes some back. For operators.

        What is given counts as bonus. What is taken back comes from what was given once, in the order in which it would
        be drawn, bonus first; quotas of plans and what is held for running tasks are let be. It is recorded with the
        reason, and the person is told the amount.
        """
        return await info.context.adjust_credits(asked)
