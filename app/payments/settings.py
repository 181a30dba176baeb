"""What an installation decides about payments. A way to pay that is not set up is not offered."""

import re
from base64 import b64decode
from dataclasses import dataclass, field

from app.sign_in.addresses import read_address
from app.sign_in.settings import Reads
from services.payment_providers import Seller

TIMEOUT_S = 10.0
SECRET_BYTES_MIN = 24
SECRET_BYTES_MAX = 64
SECRETS_MAX = 5
_TIMEOUT_S_MAX = 60.0
_LINES_MAX = 20
_LINE_CHARACTERS_MAX = 200
_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSettings:
    """A provider with a checkout page. `secrets` are shared with it: the first one signs, all of them verify."""

    url: str
    """Its page; orders are named in the query."""
    secrets: tuple[str, ...] = field(repr=False)
    """`whsec_…`, as Standard Webhooks writes them."""
    charge_url: str | None = None
    """Where renewals are charged under a mandate; None: it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettings:
    """How one pays here, and whom."""

    checkout: CheckoutSettings | None = None
    bank_account: tuple[tuple[str, str], ...] = ()
    """Names and values, as a bank's form asks for them; empty: no transfers."""
    seller: Seller = field(default_factory=Seller)
    timeout_s: float = TIMEOUT_S
    """How long the provider may take to answer."""


EXAMPLE_ACCOUNT = (
    ("Account holder", "Allotment (example)"),
    ("IBAN", "DE02 1203 0000 0000 2020 51"),
    ("BIC", "BYLADEM1001"),
)
"""In development, where nobody transfers anything."""


def read_payments(read: Reads, *, production: bool) -> PaymentSettings:
    """Read the variables of payments; problems are noted in `read`."""
    checkout = _checkout(read, production=production)
    account = _account(read)
    name = read.text("ALLOT_PAYMENTS_SELLER_NAME")
    if production and name is None and (checkout or account):
        read.demand("ALLOT_PAYMENTS_SELLER_NAME is needed to be paid: who sells, as receipts say it")
    seller = Seller(
        name or Seller().name,
        _lines(read, "ALLOT_PAYMENTS_SELLER_ADDRESS"),
        read.text("ALLOT_PAYMENTS_SELLER_TAX_ID"),
    )
    return PaymentSettings(checkout=checkout, bank_account=account, seller=seller, timeout_s=_seconds(read))


def secret_bytes(secret: str) -> bytes | None:
    """Read a secret of Standard Webhooks: `whsec_` and base 64 of 24 to 64 bytes; None: it is none."""
    text = secret.removeprefix(_PREFIX)
    if text == secret:
        return None
    try:
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None
    return key if SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX else None


def _checkout(read: Reads, *, production: bool) -> CheckoutSettings | None:
    url = _endpoint(read, "ALLOT_PAYMENTS_CHECKOUT_URL", production=production)
    charge_url = _endpoint(read, "ALLOT_PAYMENTS_CHARGE_URL", production=production)
    secrets = _secrets(read)
    if url and secrets:
        return CheckoutSettings(url=url, secrets=secrets, charge_url=charge_url)
    given = ("ALLOT_PAYMENTS_CHECKOUT_URL", "ALLOT_PAYMENTS_CHARGE_URL", "ALLOT_PAYMENTS_WEBHOOK_SECRET")
    if any(read.text(name) for name in given):
        for name in (given[0], given[2]):
            if read.text(name) is None:
                read.demand(f"{name} is missing: the checkout page is offered with its address and a secret, or not")
    return None


def _secrets(read: Reads) -> tuple[str, ...]:
    name = "ALLOT_PAYMENTS_WEBHOOK_SECRET"
    found = [text for text in re.split(r"[\s,]+", read.text(name) or "") if text]
    if len(found) > SECRETS_MAX or not all(secret_bytes(text) for text in found):
        sizes = f"{SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes"
        # the value itself is a secret and is not repeated
        read.demand(
            f"{name} is wrong; allowed are 1 to {SECRETS_MAX} of whsec_ and base 64 of {sizes}, the newest first"
        )
        return ()
    return tuple(found)


def _endpoint(read: Reads, name: str, *, production: bool) -> str | None:
    value = read.text(name)
    if value is None:
        return None
    address = read_address(value)
    if address is None or address.query or (production and not address.is_safe):
        read.refuse(name, value, "an https:// URL without a query (http:// on this machine, or outside production)")
        return None
    return address.without_query


def _account(read: Reads) -> tuple[tuple[str, str], ...]:
    name = "ALLOT_PAYMENTS_BANK_ACCOUNT"
    pairs = []
    for line in _lines(read, name):
        label, colon, value = (part.strip() for part in line.partition(":"))
        if not label or not colon or not value:
            read.refuse(name, line, "lines such as IBAN: DE02 1203 0000 0000 2020 51, separated by semicolons")
            return ()
        pairs.append((label, value))
    return tuple(pairs)


def _lines(read: Reads, name: str) -> tuple[str, ...]:
    value = read.text(name) or ""
    lines = tuple(line.strip() for line in re.split(r"[;\n]", value) if line.strip())
    if len(lines) > _LINES_MAX or any(len(line) > _LINE_CHARACTERS_MAX or not line.isprintable() for line in lines):
        allowed = f"at most {_LINES_MAX} printable lines of {_LINE_CHARACTERS_MAX} characters, separated by semicolons"
        read.refuse(name, value, allowed)
        return ()
    return lines


def _seconds(read: Reads) -> float:
    name = "ALLOT_PAYMENTS_TIMEOUT_S"
    value = read.text(name)
    if value is None:
        return TIMEOUT_S
    number = float(value) if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", value) else 0.0
    if not 0 < number <= _TIMEOUT_S_MAX:
        read.refuse(name, value, f"seconds above 0, up to {_TIMEOUT_S_MAX:g}")
        return TIMEOUT_S
    return number
