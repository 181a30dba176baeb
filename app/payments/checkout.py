"""The hosted-checkout provider: a signed URL leads to its page, and it reports by signed webhook (D8).

What it is told is signed with the secret that it shares with us: it need not ask us anything, and nobody changes an
amount on the way. A charge under a mandate is a signed request; what came of it is reported by the webhook, too.
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import httpx2
import msgspec
from standardwebhooks import Webhook

from app.payments.settings import CheckoutSettings, secret_bytes
from app.runtime import system_clock
from app.sign_in.addresses import read_address
from domain.ids import parse_public_id, public_id
from domain.orders import PaymentMethod
from services.payment_providers import Payable, PaymentInstructions, ProviderUnavailable

ORDER: Final = "ord"
_SIGNED: Final = ("order", "reference", "amount", "currency", "expires")
_NO_MANDATE: Final = frozenset({404, 410, 422})
"""How the provider says that a mandate, or the order under it, is none: asking again would not help."""

# at INFO it writes signed addresses into the log
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Charge(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a request to charge an order. Minor units of the currency."""

    order: str
    reference: str
    amount_minor: int
    currency: str
    mandate: str
    description: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CheckoutLink:
    """What a checkout URL says, once its signature was verified."""

    order_id: UUID
    reference: str
    amount_minor: int
    currency: str
    expires_at: datetime


class HostedCheckout:
    """The provider. `transport` is for tests."""

    method = PaymentMethod.CHECKOUT
    name = "checkout"

    def __init__(
        self, settings: CheckoutSettings, *, timeout_s: float, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._settings, self._timeout_s, self._transport = settings, timeout_s, transport
        self._webhook = Webhook(settings.secrets[0])

    def instruct(self, order: Payable) -> PaymentInstructions:
        """Write the page's URL for an order: the same one whenever it is asked."""
        query = {
            "order": public_id(ORDER, order.order_id),
            "reference": order.reference,
            "amount": str(order.total_minor),
            "currency": order.currency,
            "expires": str(int(order.expires_at.timestamp())),
        }
        signed = {**query, "signature": signature_of(query, self._settings.secrets[0])}
        return PaymentInstructions(checkout_url=f"{self._settings.url}?{urlencode(signed)}")

    async def charge(self, order: Payable, mandate: str) -> bool:
        """Ask for an order to be charged. The request's id is the order's, so that it is charged once.

        Raises:
            ProviderUnavailable: it did not answer in time, or not as agreed; it may have been told.
        """
        url = self._settings.charge_url
        if url is None:
            return False
        id_ = public_id(ORDER, order.order_id)
        charge = Charge(
            order=id_,
            reference=order.reference,
            amount_minor=order.total_minor,
            currency=order.currency,
            mandate=mandate,
            description=order.description,
            expires_at=order.expires_at,
        )
        body = msgspec.json.encode(charge).decode()
        headers = {**signed_headers(self._webhook, f"charge_{id_}", body), "content-type": "application/json"}
        status = await self._post(url, body, headers)
        if status in _NO_MANDATE:
            return False
        if not 200 <= status < 300:
            raise ProviderUnavailable(f"the provider answered {status}")
        return True

    async def _post(self, url: str, body: str, headers: Mapping[str, str]) -> int:
        """Post, and give the status; what the answer says otherwise is not read."""
        address = read_address(url)
        # proxies of the environment are for the world outside of this machine
        trust_env = address is None or not address.is_loopback
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx2.AsyncClient(
                    timeout=self._timeout_s, trust_env=trust_env, transport=self._transport, follow_redirects=False
                ) as client,
                client.stream("POST", url, content=body.encode(), headers=headers) as response,
            ):
                return response.status_code
        except (TimeoutError, httpx2.HTTPError) as error:
            raise ProviderUnavailable(type(error).__name__) from None


def signed_headers(webhook: Webhook, message_id: str, body: str) -> dict[str, str]:
    """Sign a message by Standard Webhooks, as of now: receivers compare with their own clocks."""
    now = system_clock()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.sign(message_id, now, body),
    }


def signature_of(query: Mapping[str, str], secret: str) -> str:
    """Sign what a checkout URL says: HMAC-SHA-256 over its lines, in hexadecimal."""
    text = "\n".join(("checkout", *(query[name] for name in _SIGNED)))
    return hmac.digest(secret_bytes(secret) or b"", text.encode(), sha256).hex()


def read_link(query: Mapping[str, str], secrets: tuple[str, ...]) -> CheckoutLink | None:
    """Read a checkout URL's query; None: we did not write it so. Whether it has expired is for the reader."""
    if not all(query.get(name) for name in (*_SIGNED, "signature")):
        return None
    shown = query["signature"].encode()
    if not any(hmac.compare_digest(signature_of(query, secret).encode(), shown) for secret in secrets):
        return None
    return CheckoutLink(
        parse_public_id(ORDER, query["order"]),
        query["reference"],
        int(query["amount"]),
        query["currency"],
        datetime.fromtimestamp(int(query["expires"]), UTC),
    )
