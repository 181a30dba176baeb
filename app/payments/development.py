"""The development provider: a checkout page on this machine where one pays, or declines, by one click (D8).

It does what a real one does: it believes nothing but the signed URL, it reports by the very same webhook over HTTP,
each event twice because real ones do that, too, and it charges under a mandate. It exists in development only. Its
forms need no protection against forgery: what they may do, the signed URL alone says.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qs, urlencode

import httpx2
import msgspec
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.payments.checkout import ORDER, Charge, CheckoutLink, read_link, signed_headers
from app.payments.offered import CHARGES_PATH, CHECKOUT_PATH
from app.payments.pages import STYLE, facts_list, lines_table, minute
from app.payments.webhook import PATH as WEBHOOK_PATH
from app.sign_in.pages import page
from domain.ids import public_id
from domain.money import money_words
from domain.orders import FoundOrganisation, OrderStatus, PaymentMethod
from services.orders import OrderRow, any_order
from services.runtime import Runtime

RESULT_PATH = f"{CHECKOUT_PATH}/result"
DELIVERIES = 2
"""Of each event, on purpose."""
_LINK: Final = ("order", "reference", "amount", "currency", "expires", "signature")
_MANDATES: Final = {"keep": "mandate_works_", "decline": "mandate_declines_"}
_BODY_BYTES_MAX = 16_384
_TIMEOUT_S = 30.0

_CHARGE = msgspec.json.Decoder(Charge)
_log = logging.getLogger(__name__)

_SAID = {
    OrderStatus.PAID: ("Paid", "The order is paid, and what was bought is there."),
    OrderStatus.FAILED: ("Declined", "The payment was declined. You can try again until the order expires."),
    OrderStatus.EXPIRED: ("Too late", "The order has expired, or was cancelled."),
    OrderStatus.PENDING: ("Not paid", "The order waits for its payment."),
}


class _Undelivered(Exception):  # noqa: N818  (what is the matter)
    """The webhook did not take an event."""


@dataclass(frozen=True, slots=True)
class _Happened:
    """An event to be reported. No amount: it was declined."""

    id: str
    order: str
    amount_minor: int | None
    currency: str
    mandate: str | None


class DevelopmentCheckout:
    """The provider. It remembers nothing: what a mandate is worth, its own text says."""

    def __init__(self, origin: str, secrets_: Callable[[], tuple[str, ...]], runtime: Callable[[], Runtime]) -> None:
        self._webhook_url = origin + WEBHOOK_PATH
        self._secrets, self._runtime = secrets_, runtime
        self.routes: list[BaseRoute] = [
            Route(CHECKOUT_PATH, self._ask, methods=["GET"]),
            Route(CHECKOUT_PATH, self._choose, methods=["POST"]),
            Route(RESULT_PATH, self._show, methods=["GET"]),
            Route(CHARGES_PATH, self._charge, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Show what is to be paid."""
        query = {name: request.query_params.get(name, "") for name in _LINK}
        link, order = await self._read(query)
        if link is None or order is None:
            return _refusal()
        if order.status in (OrderStatus.PAID, OrderStatus.EXPIRED):
            return _result(order, query)
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(query[name])}">' for name in _LINK)
        body = (
            '<p class="quiet">This page stands in for a payment provider\'s. It exists in development only.</p>\n'
            f"{_facts(order)}{lines_table(order)}"
            f'<form method="post" action="{CHECKOUT_PATH}">{hidden}'
            "<fieldset><legend>Renewals</legend>"
            '<label class="choice"><input type="radio" name="mandate" value="" checked> Do not remember</label>'
            '<label class="choice"><input type="radio" name="mandate" value="keep"> Remember for renewals</label>'
            '<label class="choice"><input type="radio" name="mandate" value="decline"> Remember, and decline renewals'
            "</label></fieldset>"
            f'<button class="way" name="choice" value="pay">Pay {_total(link)}</button>'
            '<button class="way" name="choice" value="decline">Decline</button></form>'
        )
        return page("Pay", body, more_style=STYLE)

    async def _choose(self, request: Request) -> Response:
        """Pay or decline: report it, twice, and show what came of it."""
        form = await _form(request)
        query = {name: form.get(name, "") for name in _LINK}
        link, order = await self._read(query)
        paid, mandate = form.get("choice") == "pay", form.get("mandate", "")
        if link is None or order is None or form.get("choice") not in {"pay", "decline"}:
            return _refusal()
        given = _MANDATES[mandate] + secrets.token_hex(16) if mandate in _MANDATES and paid else None
        try:
            amount = link.amount_minor if paid else None
            id_ = f"evt_{secrets.token_hex(16)}"
            await self._report(_Happened(id_, public_id(ORDER, link.order_id), amount, link.currency, given))
        except _Undelivered as error:
            message = f"The webhook did not take the event: {error}. A real provider would try again by itself."
            return page("Not reported", f"<p>{escape(message)}</p>", status=502)
        return RedirectResponse(f"{RESULT_PATH}?{urlencode(query)}", status_code=303)

    async def _show(self, request: Request) -> Response:
        """Show what came of it."""
        query = {name: request.query_params.get(name, "") for name in _LINK}
        link, order = await self._read(query)
        return _refusal() if link is None or order is None else _result(order, query)

    async def _charge(self, request: Request) -> Response:
        """Take a signed request to charge; what came of it is reported afterwards, under an id of its own."""
        body = await _body(request)
        headers = {name: request.headers.get(name, "") for name in ("webhook-id", "webhook-timestamp")}
        headers["webhook-signature"] = request.headers.get("webhook-signature", "")
        try:
            Webhook(self._secrets()[0]).verify(body, headers, json_parse=False)
            charge = _CHARGE.decode(body)
        except (WebhookVerificationError, ValueError):
            return JSONResponse({"error": "unauthenticated"}, status_code=401)
        if not charge.mandate.startswith(tuple(_MANDATES.values())):
            return JSONResponse({"error": "no such mandate"}, status_code=404)
        paid = charge.mandate.startswith(_MANDATES["keep"])
        amount = charge.amount_minor if paid else None
        event = _Happened(f"evt_{headers['webhook-id']}", charge.order, amount, charge.currency, charge.mandate)
        return JSONResponse(
            {"status": "accepted"}, status_code=202, background=BackgroundTask(self._report_later, event)
        )

    async def _read(self, query: dict[str, str]) -> tuple[CheckoutLink | None, OrderRow | None]:
        """Read a signed query, and the order that it names; its lines are all that is asked of our own database."""
        link = read_link(query, self._secrets())
        return link, await any_order(self._runtime(), link.order_id) if link else None

    async def _report(self, event: _Happened) -> None:
        """Deliver an event to the webhook, as often as it is delivered on purpose.

        Raises:
            _Undelivered: it was not taken.
        """
        happened_at = self._runtime().clock()
        content = {
            "type": "payment.failed" if event.amount_minor is None else "payment.succeeded",
            "timestamp": happened_at,
            "data": {
                "method": PaymentMethod.CHECKOUT.lower(),
                "order": event.order,
                "amountMinor": event.amount_minor,
                "currency": event.currency,
                "mandate": event.mandate,
            },
        }
        body = msgspec.json.encode(content).decode()
        # our own server is no business of the environment's proxies
        async with httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            for _ in range(DELIVERIES):
                signed = signed_headers(Webhook(self._secrets()[0]), event.id, body)
                headers = {**signed, "content-type": "application/json"}
                try:
                    response = await client.post(self._webhook_url, content=body.encode(), headers=headers)
                except httpx2.HTTPError as error:
                    raise _Undelivered(type(error).__name__) from None
                if response.status_code != 204:
                    raise _Undelivered(f"it answered {response.status_code}")

    async def _report_later(self, event: _Happened) -> None:
        try:
            await self._report(event)
        except _Undelivered as error:
            _log.warning("what came of charging %s could not be reported: %s", event.order, error)


def _result(order: OrderRow, query: dict[str, str]) -> Response:
    title, words = _SAID[order.status]
    again = f'<p><a class="way" href="{CHECKOUT_PATH}?{escape(urlencode(query))}">Try again</a></p>'
    ways = {
        OrderStatus.PAID: f'<p><a class="way" href="/orders/{public_id(ORDER, order.id)}/receipt">Receipt</a></p>',
        OrderStatus.FAILED: again,
        OrderStatus.PENDING: again,
    }
    note = (
        f'<p class="quiet">Each event was delivered {DELIVERIES} times to <code>{WEBHOOK_PATH}</code>, as providers do '
        "at times; it had its effect once.</p>"
    )
    body = f"<p>{escape(words)}</p>\n{_facts(order)}{ways.get(order.status, '')}\n{note}"
    return page(title, body, more_style=STYLE)


def _facts(order: OrderRow) -> str:
    name = order.intent.name if isinstance(order.intent, FoundOrganisation) else ""
    return facts_list(
        ("Order", order.reference),
        ("For", order.organisation_name or name or order.buyer_name),
        ("Pay until", minute(order.expires_at)),
    )


def _total(link: CheckoutLink) -> str:
    return escape(money_words(link.amount_minor, link.currency))


async def _body(request: Request) -> bytes:
    """Read a body; what is too large is an empty one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES_MAX:
            return b""
    return body


async def _form(request: Request) -> dict[str, str]:
    """Read a form; what is none is an empty one."""
    try:
        fields = parse_qs((await _body(request)).decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _refusal() -> Response:
    return page("That does not work", "<p>This page is opened by the address that an order gives.</p>", status=400)
