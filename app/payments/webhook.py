"""`POST /webhooks/payments`: what the payment provider reports (D8), by the Standard Webhooks specification.

    {"type": "payment.succeeded", "timestamp": "2026-01-15T12:00:00Z",
     "data": {"method": "checkout", "order": "ord_…", "amountMinor": 60000, "currency": "USD", "mandate": "…"}}

`timestamp` is when it happened. `type` is `payment.succeeded` or `payment.failed`; others, and members that we do not
know, mean nothing to us. A bank reports with `"method": "bank_transfer"`, and may name `reference` instead of `order`.

*Decided.* 204: it is recorded, or was before, or is of no concern: of another type, or about an order that does not
exist, which telling it again would not change. 400 and 401 are told again, too, and so is 503.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
import msgspec
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.payments.checkout import ORDER
from domain.ids import parse_public_id
from domain.payments import PaymentReport, PaymentVerdict
from services.orders import order_named
from services.payments import AMOUNT_MINOR_MAX, report_payment
from services.runtime import Runtime

PATH = "/webhooks/payments"
BODY_BYTES_MAX = 65_536
BODY_S_MAX = 10.0
RETRY_AFTER_S = 5
_KEY_CHARACTERS_MAX = 255
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_PAID, _FAILED = "payment.succeeded", "payment.failed"
_AWAY = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)

_log = logging.getLogger(__name__)

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Minor = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)]
_Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=_KEY_CHARACTERS_MAX)]


class _Event(msgspec.Struct, frozen=True):
    type: str
    timestamp: _Instant
    data: msgspec.Raw


class _Payment(msgspec.Struct, frozen=True, rename="camel"):
    method: Literal["checkout", "bank_transfer"]
    order: _Text | None = None
    reference: _Text | None = None
    amount_minor: _Minor | None = None
    currency: _Currency | None = None
    mandate: _Text | None = None


_EVENT = msgspec.json.Decoder(_Event)
_PAYMENT = msgspec.json.Decoder(_Payment)


class _Refused(Exception):  # noqa: N818  (what becomes of the request)
    """The answer to a request of which nothing is recorded."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def webhook_route(runtime: Callable[[], Runtime], secrets: Callable[[], Sequence[str]]) -> Route:
    """Make the route. `secrets`: any of them may have signed, so that they can be replaced one after the other."""

    async def receive(request: Request) -> Response:
        try:
            body = await _read(request)
            key = _verified(request, body, [Webhook(secret) for secret in secrets()])
            await _take_up(runtime(), key, body)
        except _Refused as refused:
            return _answer(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        except _AWAY as error:
            _log.warning("a report of a payment must wait: %s", type(error).__name__)
            message = "The report cannot be recorded at the moment; send it again."
            return _answer(_Refused(503, "UNAVAILABLE", message), {"retry-after": str(RETRY_AFTER_S)})
        except Exception:  # noqa: BLE001  (masked, logged with an id, and sent again by the provider)
            log_id = uuid.uuid4().hex
            _log.exception("payments fault %s", log_id)
            return _answer(_Refused(500, "INTERNAL", f"Something went wrong here; it is logged as {log_id}."))
        return Response(status_code=204)

    return Route(PATH, receive, methods=["POST"])


async def _read(request: Request) -> bytes:
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_S_MAX):
            async for part in request.stream():
                size += len(part)
                if size > BODY_BYTES_MAX:
                    raise _Refused(413, "PAYLOAD_TOO_LARGE", f"The body is larger than {BODY_BYTES_MAX} bytes.")
                parts.append(part)
    except TimeoutError:
        raise _Refused(408, "REQUEST_TIMEOUT", "The body did not arrive in time.") from None
    return b"".join(parts)


def _verified(request: Request, body: bytes, webhooks: Sequence[Webhook]) -> str:
    """See that one of the secrets has signed this within the last five minutes; return the event's id."""
    headers = {name: request.headers.get(name, "") for name in _HEADERS}
    for webhook in webhooks:
        try:
            webhook.verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):  # the library stumbles over what is no UTF-8 or no base 64
            continue
        key = headers["webhook-id"]
        if len(key) > _KEY_CHARACTERS_MAX or not (key.isascii() and key.isprintable()):
            raise _malformed(f"webhook-id must be 1 to {_KEY_CHARACTERS_MAX} printable ASCII characters")
        return key
    raise _Refused(401, "UNAUTHENTICATED", "The signature does not hold, or it is too old.")


async def _take_up(runtime: Runtime, key: str, body: bytes) -> None:
    try:
        event = _EVENT.decode(body)
        if event.type not in {_PAID, _FAILED}:
            return
        payment = _PAYMENT.decode(event.data)
        occurred_at = event.timestamp.astimezone(UTC)
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        raise _malformed(str(error)) from None
    paid = event.type == _PAID
    _check(payment, paid=paid)
    order_id = await _order(runtime, payment)
    if order_id is None:
        _log.warning("the report %s is about an order that does not exist", key)
        return
    report = PaymentReport(
        provider=payment.method,
        event_key=key,
        order_id=order_id,
        paid=paid,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        occurred_at=occurred_at,
        mandate=payment.mandate if paid else None,
    )
    outcome = await report_payment(runtime, report)
    if outcome.verdict is None:
        _log.warning("the report %s is about an order that does not exist", key)
    if outcome.verdict is PaymentVerdict.PREMATURE:
        raise _malformed("timestamp lies in the future; send it again when that has come")


def _check(payment: _Payment, *, paid: bool) -> None:
    if (payment.order is None) == (payment.reference is None):
        raise _malformed("data must name either order or reference")
    if paid and (payment.amount_minor is None or payment.currency is None):
        raise _malformed("data of a payment must say amountMinor and currency")
    if payment.mandate is not None and not payment.mandate.isprintable():
        raise _malformed("mandate must be printable")


async def _order(runtime: Runtime, payment: _Payment) -> UUID | None:
    if payment.order is None:
        return await order_named(runtime, payment.reference or "")
    try:
        return parse_public_id(ORDER, payment.order)
    except ValueError as error:
        raise _malformed(f"order {error}") from None


def _malformed(problem: str) -> _Refused:
    return _Refused(400, "BAD_REQUEST", problem)


def _answer(refused: _Refused, headers: dict[str, str] | None = None) -> Response:
    content = {"code": refused.code, "message": refused.message}
    return JSONResponse(content, status_code=refused.status, headers={"cache-control": "no-store", **(headers or {})})
