"""What every reported command has in common: who may report, its idempotency key, its price (F5, G1)."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from domain.catalog import Catalog
from domain.errors import InvalidInput, Unauthenticated
from domain.meters import Product
from domain.pricing import PriceRule
from domain.principals import Principal
from services.posting import Reporter, Requested

KEY_CHARACTERS_MAX = 255


def reporter(principal: Principal) -> Reporter:
    """Name the caller to the ledger, with what exists for it (B11).

    Raises:
        Unauthenticated: the caller is nobody.
    """
    if principal.subject is None:
        raise Unauthenticated("This needs a credential: send an Authorization header with a bearer token.")
    return Reporter(principal.subject, principal.workspace_id, principal.person_id)


def requested(key: str, verb: str, facts: Mapping[str, object]) -> Requested:
    """Bind an idempotency key to what is asked under it: the verb and all facts that the caller gave.

    Raises:
        InvalidInput: the key is empty, too long, or holds control characters.
    """
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX or not key.isprintable():
        raise InvalidInput(
            ("input", "idempotencyKey"), f"must be 1 to {KEY_CHARACTERS_MAX} printable characters, such as a UUID"
        )
    return Requested(key, sha256(msgspec.json.encode([verb, facts], order="sorted")).digest())


def priced(catalog: Catalog, product: str) -> tuple[Product, PriceRule]:
    """Find a product and its price.

    Raises:
        InvalidInput: the catalog has no such product; names those that it has.
    """
    found = catalog.products.get(product)
    if found is None:
        raise InvalidInput(("input", "product"), f"must be one of {', '.join(sorted(catalog.products))}")
    return found, catalog.prices[product]
