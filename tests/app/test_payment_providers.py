"""The two providers: how they tell to pay, and how the one with a page is asked to charge (D8)."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2
import msgspec
import pytest
from standardwebhooks import Webhook

from app.payments.bank_transfer import BankTransfer
from app.payments.checkout import CheckoutLink, HostedCheckout, read_link
from app.payments.settings import CheckoutSettings
from domain.ids import public_id
from services.payment_providers import Payable, PaymentInstructions, ProviderUnavailable
from tests.factories.clock import NOW

pytestmark = pytest.mark.anyio

NEW, OLD = (f"whsec_{b64encode(bytes([n]) * 32).decode()}" for n in (1, 2))
ORDER = Payable(UUID(int=1), "ALT-7K2M-Q9XD", 60_000, "USD", NOW + timedelta(hours=24), "Order ALT-7K2M-Q9XD")
SETTINGS = CheckoutSettings(
    url="https://pay.example.com/checkout", secrets=(NEW, OLD), charge_url="https://pay.example.com/charges"
)
Answer = Callable[[httpx2.Request], httpx2.Response]


def checkout(
    answer: Answer | None = None, *, settings: CheckoutSettings = SETTINGS, timeout_s: float = 5
) -> HostedCheckout:
    transport = httpx2.MockTransport(answer) if answer else None
    return HostedCheckout(settings, timeout_s=timeout_s, transport=transport)


def link_of(order: Payable = ORDER, settings: CheckoutSettings = SETTINGS) -> dict[str, str]:
    """The query of an order's checkout URL."""
    url = checkout(settings=settings).instruct(order).checkout_url
    assert url
    assert url.startswith("https://pay.example.com/checkout?")
    return dict(parse_qsl(urlsplit(url).query))


def test_d8_the_page_is_told_everything_and_can_trust_it() -> None:
    assert read_link(link_of(), (NEW,)) == CheckoutLink(
        ORDER.order_id, ORDER.reference, ORDER.total_minor, ORDER.currency, ORDER.expires_at
    )
    assert checkout().instruct(ORDER) == checkout().instruct(ORDER)
    assert read_link(link_of(settings=replace(SETTINGS, secrets=(OLD,))), SETTINGS.secrets)  # while it is replaced


@pytest.mark.parametrize("name", ["order", "reference", "amount", "currency", "expires", "signature"])
def test_d8_nobody_changes_an_order_on_the_way(name: str) -> None:
    query = link_of()
    other = link_of(replace(ORDER, order_id=UUID(int=2), reference="ALT-0000-0000", total_minor=1, currency="EUR"))
    for value in (other[name], "", "é", query[name] + "0"):
        if value != query[name]:
            assert read_link({**query, name: value}, SETTINGS.secrets) is None
    assert read_link({key: value for key, value in query.items() if key != name}, SETTINGS.secrets) is None
    assert read_link(query, (OLD,)) is None


def test_d8_a_transfer_names_the_reference() -> None:
    account = (("IBAN", "DE02"), ("BIC", "BYLA"))
    assert BankTransfer(account).instruct(ORDER) == PaymentInstructions(account=account, reference=ORDER.reference)


async def test_d8_nobody_can_be_charged_by_transfer() -> None:
    assert await BankTransfer(()).charge(ORDER, "mandate") is False


async def test_d8_a_charge_is_signed_and_has_the_orders_own_id() -> None:
    asked: list[httpx2.Request] = []

    def accept(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(202)

    provider = checkout(accept)
    assert await provider.charge(ORDER, "mandate_1") is True
    assert await provider.charge(ORDER, "mandate_1") is True
    for request in asked:
        assert (request.method, str(request.url)) == ("POST", SETTINGS.charge_url)
        Webhook(NEW).verify(request.content, dict(request.headers))
        assert request.headers["webhook-id"] == f"charge_{public_id('ord', ORDER.order_id)}"
        assert msgspec.json.decode(request.content) == {
            "order": public_id("ord", ORDER.order_id),
            "reference": ORDER.reference,
            "amountMinor": 60_000,
            "currency": "USD",
            "mandate": "mandate_1",
            "description": "Order ALT-7K2M-Q9XD",
            "expiresAt": "2026-01-16T12:00:00Z",
        }
    assert len(asked) == 2


@pytest.mark.parametrize("status", [404, 410, 422])
async def test_d8_a_mandate_that_is_none_has_to_be_paid_by_hand(status: int) -> None:
    assert await checkout(lambda _: httpx2.Response(status)).charge(ORDER, "mandate") is False


async def test_d8_without_an_address_nobody_is_charged() -> None:
    assert await checkout(settings=replace(SETTINGS, charge_url=None)).charge(ORDER, "mandate") is False


@pytest.mark.parametrize("status", [302, 400, 401, 408, 429, 500, 503])
async def test_d8_another_answer_is_none(status: int) -> None:
    with pytest.raises(ProviderUnavailable, match=str(status)):
        await checkout(lambda _: httpx2.Response(status, headers={"location": "/"})).charge(ORDER, "mandate")


async def test_d8_a_provider_that_is_away_or_slow_is_not_waited_for() -> None:
    def away(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away", request=request)

    with pytest.raises(ProviderUnavailable, match="ConnectError"):
        await checkout(away).charge(ORDER, "mandate")

    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx2.Request) -> httpx2.Response:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(ProviderUnavailable, match="TimeoutError"):
        await HostedCheckout(SETTINGS, timeout_s=0.01, transport=Silent()).charge(ORDER, "mandate")


async def test_d8_what_a_provider_answers_at_length_is_not_read() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000

    assert await checkout(lambda _: httpx2.Response(202, content=endless())).charge(ORDER, "mandate") is True
