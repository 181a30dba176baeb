"""Orders: what is bought, how it is paid, and the receipt (D8)."""

from datetime import datetime

import strawberry

from domain.orders import LineKind, OrderKind, OrderStatus, PaymentMethod
from domain.payments import PaymentVerdict
from schema.enums import show
from schema.nodes import Node
from schema.scalars import MinorUnits

show(
    OrderKind,
    "OrderKind",
    "What is bought.",
    {
        OrderKind.ORGANISATION: "A new organization with its first seats, for a year.",
        OrderKind.SEATS: "More seats of a running subscription.",
        OrderKind.CREDITS: "A pack of credits.",
        OrderKind.RENEWAL: "The next term of a subscription.",
    },
    names={OrderKind.ORGANISATION: "ORGANIZATION"},
)
show(
    OrderStatus,
    "OrderStatus",
    "How far an order is. PAID is for good, whatever is reported afterwards.",
    {
        OrderStatus.PENDING: "It waits for its payment, until `expiresAt`.",
        OrderStatus.PAID: "It is paid, and what was bought is there.",
        OrderStatus.FAILED: "It could not be paid. A payment in time that is heard of later counts nevertheless.",
        OrderStatus.EXPIRED: "It was not paid in time, or was cancelled.",
    },
)
show(
    PaymentMethod,
    "PaymentMethod",
    "How an order is paid.",
    {
        PaymentMethod.CHECKOUT: "On the payment provider's own page.",
        PaymentMethod.BANK_TRANSFER: "By bank transfer of exactly the total, under the order's reference.",
    },
)
show(
    LineKind,
    "OrderLineKind",
    "What a line of an order charges for.",
    {
        LineKind.SEATS_FOR_TERM: "Seats for a whole term.",
        LineKind.SEATS_FOR_REST_OF_TERM: "Seats for the days that are left of a term.",
        LineKind.CREDIT_PACK: "A pack of credits: not for a time, so there are no dates and no days.",
    },
)
show(
    PaymentVerdict,
    "PaymentVerdict",
    "What came of a report of a payment.",
    {
        PaymentVerdict.APPLIED: "It paid the order.",
        PaymentVerdict.FAILED: "The order could not be paid.",
        PaymentVerdict.MISMATCHED: "It is not exactly the order's total: no effect, the money is to be returned.",
        PaymentVerdict.LATE: "It was paid after the order had ended: no effect, the money is to be returned.",
        PaymentVerdict.ALREADY_PAID: "The order had been paid before: no effect, the money is to be returned.",
        PaymentVerdict.IGNORED: "A failure of an order that was not open any more: no effect.",
    },
    hidden=(PaymentVerdict.DUPLICATE, PaymentVerdict.PREMATURE),
)


@strawberry.type(description="An amount of money.")
class Money:
    """Money: never a float."""

    minor: MinorUnits = strawberry.field(description="The amount in minor units of the currency, such as cents.")
    currency: str = strawberry.field(description="The currency by ISO 4217, such as `USD`.")


@strawberry.type(description="What is charged for: `quantity` × `unit` for a whole term, of which `days` are charged.")
class OrderLine:
    """A line of an order."""

    kind: LineKind = strawberry.field(description="What it charges for.")
    quantity: int = strawberry.field(description="How many seats, or packs.")
    unit: Money = strawberry.field(description="The price of one: of a seat for a whole term.")
    amount: Money = strawberry.field(description="What the line adds to the total.")
    starts_at: datetime | None = strawberry.field(description="From when on it is for; null: not for a time.")
    ends_at: datetime | None = strawberry.field(
        description="Until when it is for: at that instant it is over; null: not for a time."
    )
    days: int | None = strawberry.field(description="Days that are charged; null: not for a time.")
    days_in_term: int | None = strawberry.field(description="Days of the whole term; null: not for a time.")


@strawberry.type(description="One line of a form for bank transfers.")
class AccountLine:
    """A name and a value."""

    name: str = strawberry.field(description="What it is, such as `IBAN`.")
    value: str = strawberry.field(description="The value, to be given as it is.")


@strawberry.type(
    description=(
        "How an order is paid: at `checkoutUrl`, or by a transfer of exactly the total to `account` that names "
        "`reference`."
    )
)
class PaymentInstructions:
    """How to pay."""

    checkout_url: str | None = strawberry.field(
        description="The payment provider's page for this order; null: it is paid by bank transfer."
    )
    account: list[AccountLine] = strawberry.field(
        description="Where to transfer the money to, line by line; empty: it is paid at `checkoutUrl`."
    )
    reference: str | None = strawberry.field(
        description="What the transfer has to name, such as `ALT-7K2M-Q9XD`; null: it is paid at `checkoutUrl`."
    )


@strawberry.type(description="What was reported about an order, and what came of it.")
class OrderPayment:
    """A report of a payment."""

    verdict: PaymentVerdict = strawberry.field(description="What came of it.")
    amount: Money | None = strawberry.field(description="What was paid; null: it says that nothing was.")
    occurred_at: datetime = strawberry.field(description="When it was paid, or failed.")
    received_at: datetime = strawberry.field(description="When it was reported.")


@strawberry.type(description="Who sold, or who bought.")
class OrderParty:
    """A party of a receipt."""

    name: str = strawberry.field(description="The name.")
    address: list[str] = strawberry.field(description="The lines of the address; may be empty.")
    tax_id: str | None = strawberry.field(description="The tax number; null: there is none.")
    organization_name: str | None = strawberry.field(description="The organization bought for; null: none.")


@strawberry.type(description="The receipt of a paid order. `path` is a page of it that can be printed.")
class OrderReceipt:
    """A receipt."""

    number: int = strawberry.field(description="Numbers all receipts, without a gap.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    paid_at: datetime = strawberry.field(description="When the order was paid.")
    seller: OrderParty = strawberry.field(description="Who sold.")
    buyer: OrderParty = strawberry.field(description="Who bought.")
    lines: list[OrderLine] = strawberry.field(description="What was charged for.")
    total: Money = strawberry.field(description="What was paid.")
    path: str = strawberry.field(
        description="The page on this server, with the same credential: `/orders/ord_…/receipt`."
    )


@strawberry.type(
    description=(
        "An order. It is paid once, and exactly its `total`; what was bought comes about at that moment. It exists for "
        "its buyer, for the administrators of its organization, and for operators."
    )
)
class Order(Node):
    """An order."""

    kind: OrderKind = strawberry.field(description="What is bought.")
    status: OrderStatus = strawberry.field(description="How far it is.")
    method: PaymentMethod = strawberry.field(description="How it is paid.")
    reference: str = strawberry.field(description="What people call it, and what a bank transfer names.")
    buyer_id: strawberry.ID = strawberry.field(description="Who ordered: `per_…`.")
    organization_id: strawberry.ID | None = strawberry.field(
        description=(
            "For which organization: `org_…`; null: one that is founded when the order is paid, or none: credits are "
            "for their buyer."
        )
    )
    organization_name: str | None = strawberry.field(
        description="The organization's name, or the one that it will have; null: it is for none."
    )
    seats: int | None = strawberry.field(description="How many seats are bought; null: none, but credits.")
    lines: list[OrderLine] = strawberry.field(description="What is charged for, at most 20 lines.")
    total: Money = strawberry.field(description="What is to be paid, exactly.")
    created_at: datetime = strawberry.field(description="When it was ordered.")
    expires_at: datetime = strawberry.field(description="From when on it cannot be paid.")
    paid_at: datetime | None = strawberry.field(description="When it was paid; null: it is not.")
    closed_at: datetime | None = strawberry.field(
        description="Since when it is paid, failed, expired or cancelled; null: it is PENDING."
    )
    instructions: PaymentInstructions | None = strawberry.field(
        description="How to pay it; null: it is not PENDING, or its method is not offered any more."
    )
    payments: list[OrderPayment] = strawberry.field(
        description="What was reported about it, the newest first, at most 20."
    )
    receipt: OrderReceipt | None = strawberry.field(description="Its receipt; null: it is not paid.")
