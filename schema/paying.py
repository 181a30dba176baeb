"""Paying: finding an order, cancelling it, and saying that the money is there (D8)."""

from typing import Annotated, Protocol

import strawberry

from schema.fields import field, mutation
from schema.orders import Order
from schema.refusals import Refusal
from schema.scalars import MinorUnits
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD


@strawberry.input(description="Which order is not wanted any more.")
class CancelOrderInput:
    """Input of `Mutation.cancelOrder`."""

    order_id: strawberry.ID = strawberry.field(description="The order: `ord_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `cancelOrder`: the order, or refusals.")
class CancelOrderPayload:
    """Payload of `Mutation.cancelOrder`."""

    order: Order | None = strawberry.field(description="The order as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="What has come for an order.")
class ConfirmTransferInput:
    """Input of `Mutation.confirmTransfer`."""

    order_id: strawberry.ID = strawberry.field(description="The order: `ord_…`.")
    amount_minor: MinorUnits = strawberry.field(
        description="What has come, in minor units of `currency`: exactly the order's total, or it is refused."
    )
    currency: str = strawberry.field(description="The currency that has come, by ISO 4217, such as `USD`.")
    reason: str = strawberry.field(
        description="On what grounds, in 1 to 500 printable characters, such as the statement's line: it is recorded."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `confirmTransfer`: the paid order, or refusals.")
class ConfirmTransferPayload:
    """Payload of `Mutation.confirmTransfer`."""

    order: Order | None = strawberry.field(description="The order as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def order(self, id_: str) -> Order | None:
        """Find an order by its id."""

    async def order_by_reference(self, reference: str) -> Order | None:
        """Find an order by its reference."""


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def cancel_order(self, asked: CancelOrderInput) -> CancelOrderPayload:
        """Cancel an order."""

    async def confirm_transfer(self, asked: ConfirmTransferInput) -> ConfirmTransferPayload:
        """Say that the money for an order is there."""


@strawberry.type
class PayingQueries:
    """Part of the root of queries."""

    @field
    async def order(
        self,
        info: strawberry.Info[QueriesAsked, None],
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The order: `ord_…`.")],
    ) -> Order | None:
        """An order: for its buyer, for the administrators of its organization, and for operators.

        Null: there is no such order for this caller.
        """
        return await info.context.order(id_)

    @field
    async def order_by_reference(
        self,
        info: strawberry.Info[QueriesAsked, None],
        reference: Annotated[
            str, strawberry.argument(description="What a transfer names, however it is written: `ALT-7K2M-Q9XD`.")
        ],
    ) -> Order | None:
        """The order that a bank transfer names. For operators.

        Null: there is none, or the reference is mistyped: its last character checks the others.
        """
        return await info.context.order_by_reference(reference)


@strawberry.type
class PayingMutations:
    """Part of the root of mutations."""

    @mutation
    async def cancel_order(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[CancelOrderInput, strawberry.argument(name="input", description="Which order.")],
    ) -> CancelOrderPayload:
        """Cancels an order that waits for its payment: it is EXPIRED then.

        For its buyer, and for the administrators of its organization. If it was paid before that, and we hear of it
        later, it is PAID nevertheless; what is paid afterwards has no effect.
        """
        return await info.context.cancel_order(asked)

    @mutation
    async def confirm_transfer(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[ConfirmTransferInput, strawberry.argument(name="input", description="What has come.")],
    ) -> ConfirmTransferPayload:
        """Says that the money for an order is there: it is PAID, and what was bought comes about at that moment.

        For operators. Refused where another amount came (`AMOUNT_MISMATCH`), or the order is paid or expired already
        (`ORDER_CLOSED`); nothing is recorded then.
        """
        return await info.context.confirm_transfer(asked)
