"""Payment providers that remember what they were asked, and orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.orders import FoundOrganisation, LineKind, OrderKind, OrderLine, PaymentMethod
from domain.payments import PaymentReport
from models.database import Connection
from services.order_effects import Effect
from services.orders import Effected, OrderRow, place_order
from services.payment_providers import Payable, PaymentInstructions, ProviderUnavailable
from services.runtime import Runtime
from tests.factories.clock import NOW

_WORKSPACE = "INSERT INTO workspaces (id, kind, name, created_at) VALUES ($1, 'ENTERPRISE', $2, $3)"
_ORGANISATION = "INSERT INTO organisations (id, workspace_id, created_at) VALUES ($1, $2, $3)"
_ADMIN = "INSERT INTO members (id, workspace_id, person_id, role, joined_at) VALUES ($1, $2, $3, 'ADMIN', $4)"
FOUNDED = FoundOrganisation(name="Example Labs", seats=5, buyer_takes_seat=True, plan="business")
LINE = OrderLine(
    LineKind.SEATS_FOR_TERM, 5, 12_000, 60_000, NOW, NOW.replace(year=NOW.year + 1), days=365, days_in_term=365
)


@dataclass
class FakeProvider:
    """Tells how to pay in one line. `answer` is that of `charge`; None: it is away."""

    method: PaymentMethod
    answer: bool | None = True
    charged: list[tuple[Payable, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.method.lower()

    def instruct(self, order: Payable) -> PaymentInstructions:
        if self.method is PaymentMethod.BANK_TRANSFER:
            return PaymentInstructions(account=(("IBAN", "XX00"),), reference=order.reference)
        return PaymentInstructions(checkout_url=f"https://pay.example/{order.reference}")

    async def charge(self, order: Payable, mandate: str) -> bool:
        self.charged.append((order, mandate))
        if self.answer is None:
            raise ProviderUnavailable
        return self.answer


def fake_providers() -> dict[PaymentMethod, FakeProvider]:
    """Both ways to pay."""
    return {method: FakeProvider(method) for method in PaymentMethod}


async def found(_runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
    """An effect that makes an organisation, and nothing else of it."""
    workspace_id, organisation_id = uuid4(), uuid4()
    name = order.intent.name if isinstance(order.intent, FoundOrganisation) else "Labs"
    await connection.execute(_WORKSPACE, workspace_id, name, now)
    await connection.execute(_ORGANISATION, organisation_id, workspace_id, now)
    await connection.execute(_ADMIN, uuid4(), workspace_id, order.buyer_id, now)
    return Effected(organisation_id, workspace_id, subjects=frozenset({order.buyer_id}))


FOUNDS: Mapping[OrderKind, Effect] = dict.fromkeys(OrderKind, found)


async def make_order(
    runtime: Runtime,
    buyer_id: UUID,
    *,
    method: PaymentMethod = PaymentMethod.CHECKOUT,
    currency: str = "USD",
    lines: tuple[OrderLine, ...] = (LINE,),
    expires_at: datetime | None = None,
) -> OrderRow:
    """An order of a new organisation that waits for its payment."""
    async with runtime.database.transaction() as connection:
        placed = await place_order(
            connection,
            runtime,
            kind=OrderKind.ORGANISATION,
            buyer_id=buyer_id,
            organisation_id=None,
            method=method,
            currency=currency,
            lines=lines,
            intent=FOUNDED,
            now=runtime.clock(),
            expires_at=expires_at,
        )
    assert isinstance(placed, OrderRow), placed
    return placed


def paid(
    order: OrderRow,
    key: str = "evt_1",
    *,
    at: datetime | None = None,
    amount_minor: int | None = None,
    currency: str | None = None,
    mandate: str | None = None,
) -> PaymentReport:
    """The report that an order was paid, a minute after it was placed and in full unless it is said."""
    return PaymentReport(
        provider="checkout",
        event_key=key,
        order_id=order.id,
        paid=True,
        amount_minor=order.total_minor if amount_minor is None else amount_minor,
        currency=currency or order.currency,
        occurred_at=at or order.created_at + timedelta(minutes=1),
        mandate=mandate,
    )


def failed(order: OrderRow, key: str = "evt_f", *, at: datetime | None = None) -> PaymentReport:
    """The report that an order could not be paid."""
    return PaymentReport(
        provider="checkout",
        event_key=key,
        order_id=order.id,
        paid=False,
        amount_minor=None,
        currency=None,
        occurred_at=at or order.created_at + timedelta(minutes=1),
    )
