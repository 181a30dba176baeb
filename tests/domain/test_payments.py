"""What a report of a payment means: the first good one counts, once, in whatever order they come (D8)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orders import OrderStatus
from domain.payments import (
    CLOCKS_DIFFER_MAX,
    RECORDED,
    TO_BE_RETURNED,
    PaymentReport,
    PaymentVerdict,
    judge,
    payable_until,
    status_at,
)

PLACED = datetime(2026, 1, 15, 12, tzinfo=UTC)
EXPIRES = PLACED + timedelta(hours=24)
TOTAL = 60_000
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Order:
    """An order, as far as a payment concerns it."""

    status: OrderStatus = OrderStatus.PENDING
    total_minor: int = TOTAL
    currency: str = "USD"
    created_at: datetime = PLACED
    expires_at: datetime = EXPIRES
    closed_at: datetime | None = None


def report(
    key: str = "evt",
    *,
    paid: bool = True,
    at: datetime = PLACED + timedelta(minutes=1),
    amount: int | None = TOTAL,
    currency: str | None = "USD",
) -> PaymentReport:
    return PaymentReport(
        provider="checkout",
        event_key=key,
        order_id=UUID(int=1),
        paid=paid,
        amount_minor=amount if paid else None,
        currency=currency if paid else None,
        occurred_at=at,
    )


def verdict(order: Order, said: PaymentReport, now: datetime | None = None, *, heard: bool = False) -> PaymentVerdict:
    return judge(order, said, now or max(said.occurred_at, PLACED), heard=heard)


CANCELLED = Order(OrderStatus.EXPIRED, closed_at=PLACED + timedelta(hours=1))
EXPIRED = Order(OrderStatus.EXPIRED, closed_at=EXPIRES)
FAILED = Order(OrderStatus.FAILED, closed_at=PLACED + timedelta(hours=1))
PAID = Order(OrderStatus.PAID, closed_at=PLACED + timedelta(hours=1))


@pytest.mark.parametrize(
    ("order", "said", "expected"),
    [
        (Order(), report(), PaymentVerdict.APPLIED),
        (Order(), report(at=EXPIRES - A_SECOND), PaymentVerdict.APPLIED),
        (Order(), report(at=EXPIRES), PaymentVerdict.LATE),
        (EXPIRED, report(at=EXPIRES - A_SECOND), PaymentVerdict.APPLIED),
        (EXPIRED, report(at=EXPIRES), PaymentVerdict.LATE),
        (FAILED, report(), PaymentVerdict.APPLIED),
        (FAILED, report(at=EXPIRES), PaymentVerdict.LATE),
        (CANCELLED, report(at=PLACED + timedelta(minutes=59)), PaymentVerdict.APPLIED),
        (CANCELLED, report(at=PLACED + timedelta(minutes=61)), PaymentVerdict.LATE),
        (PAID, report(), PaymentVerdict.ALREADY_PAID),
        (PAID, report(at=EXPIRES), PaymentVerdict.LATE),
        (PAID, report(paid=False), PaymentVerdict.IGNORED),
        (FAILED, report(paid=False), PaymentVerdict.IGNORED),
        (CANCELLED, report(paid=False), PaymentVerdict.IGNORED),
        (Order(), report(paid=False), PaymentVerdict.FAILED),
        (Order(), report(paid=False, at=EXPIRES), PaymentVerdict.IGNORED),
        (Order(), report(amount=TOTAL - 1), PaymentVerdict.MISMATCHED),
        (Order(), report(amount=TOTAL + 1), PaymentVerdict.MISMATCHED),
        (Order(), report(amount=0), PaymentVerdict.MISMATCHED),
        (Order(), report(currency="EUR"), PaymentVerdict.MISMATCHED),
        (PAID, report(amount=TOTAL - 1), PaymentVerdict.MISMATCHED),
        (Order(), report(at=PLACED - CLOCKS_DIFFER_MAX), PaymentVerdict.APPLIED),
        (Order(), report(at=PLACED - CLOCKS_DIFFER_MAX - A_SECOND), PaymentVerdict.MISMATCHED),
    ],
)
def test_d8_each_case_has_its_verdict(order: Order, said: PaymentReport, expected: PaymentVerdict) -> None:
    assert verdict(order, said) is expected
    assert verdict(order, said, heard=True) is PaymentVerdict.DUPLICATE
    assert verdict(order, said, said.occurred_at + timedelta(days=400)) is (
        PaymentVerdict.IGNORED if expected is PaymentVerdict.FAILED else expected
    )


@pytest.mark.parametrize("paid", [True, False])
def test_d8_nothing_is_believed_of_the_future(paid: bool) -> None:
    now = PLACED + timedelta(hours=1)
    soon, later = now + CLOCKS_DIFFER_MAX, now + CLOCKS_DIFFER_MAX + A_SECOND
    assert verdict(Order(), report(paid=paid, at=later), now) is PaymentVerdict.PREMATURE
    assert verdict(Order(), report(paid=paid, at=soon), now) in RECORDED


def test_an_order_has_expired_whether_or_not_it_was_written() -> None:
    assert status_at(Order(), EXPIRES - A_SECOND) is OrderStatus.PENDING
    assert status_at(Order(), EXPIRES) is OrderStatus.EXPIRED
    for order in (PAID, FAILED, CANCELLED):
        assert status_at(order, EXPIRES) is order.status
    assert payable_until(CANCELLED) == CANCELLED.closed_at


def test_what_came_and_bought_nothing_is_to_be_returned() -> None:
    assert {each for each in PaymentVerdict if each not in RECORDED} == {
        PaymentVerdict.DUPLICATE,
        PaymentVerdict.PREMATURE,
    }
    assert {PaymentVerdict.MISMATCHED, PaymentVerdict.LATE, PaymentVerdict.ALREADY_PAID} == TO_BE_RETURNED


@dataclass
class Books:
    """An order, the events that were heard of, and how often it took effect: as the service keeps them."""

    order: Order
    heard: dict[str, PaymentVerdict]
    effects: int = 0

    def hear(self, said: PaymentReport, now: datetime) -> None:
        found = judge(self.order, said, now, heard=said.event_key in self.heard)
        if found in RECORDED:
            self.heard[said.event_key] = found
        if found is PaymentVerdict.APPLIED:
            self.effects += 1
            self.order = replace(self.order, status=OrderStatus.PAID, closed_at=now)
        if found is PaymentVerdict.FAILED:
            self.order = replace(self.order, status=OrderStatus.FAILED, closed_at=now)

    def expire(self, now: datetime) -> None:
        if self.order.status is OrderStatus.PENDING and status_at(self.order, now) is OrderStatus.EXPIRED:
            self.order = replace(self.order, status=OrderStatus.EXPIRED, closed_at=self.order.expires_at)


instants = st.integers(-10, 40).map(lambda hours: PLACED + timedelta(hours=hours))
reports = st.lists(
    st.builds(
        report,
        st.sampled_from([f"evt_{number}" for number in range(8)]),
        paid=st.booleans(),
        at=instants,
        amount=st.sampled_from((TOTAL, TOTAL, TOTAL, TOTAL - 1, TOTAL + 1, 0)),
        currency=st.sampled_from(("USD", "USD", "USD", "EUR")),
    ),
    unique_by=lambda said: said.event_key,
    min_size=1,
    max_size=8,
)
HEARD_AT = PLACED + timedelta(hours=50)


def told(sequence: list[PaymentReport]) -> Books:
    """Hear of everything after it has all happened, with the worker at its work."""
    books = Books(Order(), {})
    for said in sequence:
        books.expire(HEARD_AT)
        books.hear(said, HEARD_AT)
    return books


@given(reports, st.data())
def test_d8_whatever_the_order_and_however_often_the_effect_happens_at_most_once(
    events: list[PaymentReport], data: st.DataObject
) -> None:
    once = told(events)
    good = [
        said
        for said in events
        if (said.paid, said.amount_minor, said.currency) == (True, TOTAL, "USD")
        and PLACED - CLOCKS_DIFFER_MAX <= said.occurred_at < EXPIRES
    ]
    assert once.effects == (1 if good else 0)
    again = data.draw(st.lists(st.sampled_from(events), max_size=8))
    other = told(data.draw(st.permutations(events + again)))
    assert (other.effects, other.order.status is OrderStatus.PAID) == (once.effects, bool(good))
    # which of several good ones it was depends on the order; all else of each event does not
    one = {PaymentVerdict.APPLIED: PaymentVerdict.ALREADY_PAID}
    assert {key: one.get(found, found) for key, found in other.heard.items()} == {
        key: one.get(found, found) for key, found in once.heard.items()
    }
    assert list(other.heard.values()).count(PaymentVerdict.APPLIED) == other.effects


@given(reports, st.lists(instants, min_size=8, max_size=8))
def test_d8_paid_is_for_good_whenever_it_is_heard_of(events: list[PaymentReport], heard_at: list[datetime]) -> None:
    books = Books(Order(), {})
    for said, now in zip(events, sorted(max(at, PLACED) for at in heard_at), strict=False):
        books.expire(now)
        before = books.order
        books.hear(said, now)
        assert books.effects == (books.order.status is OrderStatus.PAID)
        if before.status is OrderStatus.PAID:
            assert books.order == before
