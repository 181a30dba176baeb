"""Views of orders; finding one."""

from domain.orders import BuyCredits, FoundOrganisation, OrderLine, OrderStatus
from resolvers import ids
from resolvers.operation import Operation
from schema import orders as schema
from schema.orders import AccountLine, Money, Order, OrderParty, OrderPayment, OrderReceipt, PaymentInstructions
from schema.scalars import MinorUnits
from services import orders
from services.orders import OrderRow, PaymentRow
from services.payment_providers import Seller


def order_view(operation: Operation, row: OrderRow) -> Order:
    """Show an order as it is at this instant."""
    order = row.at(operation.runtime.clock())
    name = order.intent.name if isinstance(order.intent, FoundOrganisation) else None
    return Order(
        id=ids.write(ids.ORDER, order.id),
        kind=order.kind,
        status=order.status,
        method=order.method,
        reference=order.reference,
        buyer_id=ids.write(ids.PERSON, order.buyer_id),
        organization_id=ids.write(ids.ORGANISATION, order.organisation_id) if order.organisation_id else None,
        organization_name=order.organisation_name or name,
        seats=None if isinstance(order.intent, BuyCredits) else order.intent.seats,
        lines=_lines(order),
        total=money_view(order.total_minor, order.currency),
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        closed_at=order.closed_at,
        instructions=_instructions(operation, order),
        payments=[_payment(payment) for payment in order.payments],
        receipt=_receipt(operation.runtime.seller, order, name),
    )


def money_view(minor: int, currency: str) -> Money:
    """Show an amount of money, given in minor units."""
    return Money(minor=MinorUnits(minor), currency=currency)


def line_view(line: OrderLine, currency: str) -> schema.OrderLine:
    """Show a line of an order or of a quote."""
    return schema.OrderLine(
        kind=line.kind,
        quantity=line.quantity,
        unit=money_view(line.unit_minor, currency),
        amount=money_view(line.amount_minor, currency),
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        days=line.days,
        days_in_term=line.days_in_term,
    )


async def find_order(operation: Operation, id_: str) -> Order | None:
    """Find an order by its id; None: there is none for this caller."""
    uuid = ids.read(ids.ORDER, id_)
    row = await orders.order(operation.runtime, operation.principal, uuid) if uuid else None
    return order_view(operation, row) if row else None


def _lines(order: OrderRow) -> list[schema.OrderLine]:
    return [line_view(line, order.currency) for line in order.lines]


def _instructions(operation: Operation, order: OrderRow) -> PaymentInstructions | None:
    provider = operation.runtime.payments.get(order.method)
    if provider is None or order.status is not OrderStatus.PENDING:
        return None
    told = provider.instruct(order.payable())
    return PaymentInstructions(
        checkout_url=told.checkout_url,
        account=[AccountLine(name=name, value=value) for name, value in told.account],
        reference=told.reference,
    )


def _payment(row: PaymentRow) -> OrderPayment:
    there = row.paid and row.amount_minor is not None and row.currency is not None
    return OrderPayment(
        verdict=row.verdict,
        amount=money_view(row.amount_minor or 0, row.currency or "") if there else None,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
    )


def _receipt(seller: Seller, order: OrderRow, name: str | None) -> OrderReceipt | None:
    if order.receipt_number is None or order.paid_at is None or order.closed_at is None:
        return None
    return OrderReceipt(
        number=order.receipt_number,
        issued_at=order.closed_at,
        paid_at=order.paid_at,
        seller=OrderParty(name=seller.name, address=list(seller.address), tax_id=seller.tax_id, organization_name=None),
        buyer=OrderParty(
            name=order.buyer_name, address=[], tax_id=None, organization_name=order.organisation_name or name
        ),
        lines=_lines(order),
        total=money_view(order.total_minor, order.currency),
        path=f"/orders/{ids.write(ids.ORDER, order.id)}/receipt",
    )
