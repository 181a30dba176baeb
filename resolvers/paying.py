"""Answers about paying: orders found, cancelled, confirmed."""

from uuid import UUID

from domain.authorization import permit
from domain.refusals import Refusal
from resolvers import ids
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.orders import find_order, order_view
from resolvers.refusals import refusal_view
from schema.orders import Order
from schema.paying import CancelOrderInput, CancelOrderPayload, ConfirmTransferInput, ConfirmTransferPayload
from services import orders, payments
from services.once import Once
from services.orders import NO_ORDER, OrderChanged

_Shown = tuple[Order | None, bool, Refusal | None]


class PayingQueries(Operation):
    """Answers queries about orders."""

    @telling
    async def order(self, id_: str) -> Order | None:
        """Find an order by its id."""
        permit(self.principal, "Query.order")
        return await find_order(self, id_)

    @telling
    async def order_by_reference(self, reference: str) -> Order | None:
        """Find an order by its reference."""
        row = await orders.order_by_reference(self.runtime, self.principal, reference)
        return order_view(self, row) if row else None


class PayingMutations(Operation):
    """Answers mutations about orders."""

    @telling
    async def cancel_order(self, asked: CancelOrderInput) -> CancelOrderPayload:
        """Cancel an order."""
        permit(self.principal, "Mutation.cancelOrder")
        done, id_ = None, ids.read(ids.ORDER, asked.order_id)
        if id_ is not None:
            done = await orders.cancel_order(self.runtime, self.principal, id_, asked.idempotency_key)
        order, replayed, refused = await _shown(self, id_, done)
        errors = [refusal_view(self.catalog, refused)] if refused else []
        return CancelOrderPayload(order=order, replayed=replayed, errors=errors)

    @telling
    async def confirm_transfer(self, asked: ConfirmTransferInput) -> ConfirmTransferPayload:
        """Say that the money for an order is there."""
        permit(self.principal, "Mutation.confirmTransfer")
        done, id_ = None, ids.read(ids.ORDER, asked.order_id)
        if id_ is not None:
            done = await payments.confirm_transfer(
                self.runtime,
                self.principal,
                id_,
                amount_minor=asked.amount_minor,
                currency=asked.currency,
                reason=asked.reason,
                key=asked.idempotency_key,
            )
        order, replayed, refused = await _shown(self, id_, done)
        errors = [refusal_view(self.catalog, refused)] if refused else []
        return ConfirmTransferPayload(order=order, replayed=replayed, errors=errors)


async def _shown(operation: Operation, id_: UUID | None, done: Once[OrderChanged] | None) -> _Shown:
    """Show the order as it is now, later changes included, or why nothing was done."""
    if id_ is None or done is None:
        return None, False, NO_ORDER
    if done.result.refused:
        return None, done.replayed, done.result.refused
    row = await orders.order(operation.runtime, operation.principal, id_)
    return (order_view(operation, row), done.replayed, None) if row else (None, False, NO_ORDER)
