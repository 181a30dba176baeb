"""Views of receipts."""

import strawberry

from domain import pricing as domain
from domain.catalog import Catalog
from domain.ids import public_id
from resolvers.grants import draw_view
from resolvers.pricing import price_rule_view
from schema.receipts import Receipt
from schema.scalars import Amount


def receipt_view(catalog: Catalog, receipt: domain.Receipt) -> Receipt:
    """Show why a charge is what it is."""
    usage = receipt.usage
    return Receipt(
        product=usage.product,
        quantity=Amount(usage.quantity),
        surface=usage.surface,
        client=usage.client,
        credential_id=strawberry.ID(public_id("crd", usage.credential)) if usage.credential else None,
        excluded_from_training=usage.private,
        price_rule=price_rule_view(catalog, receipt.rule),
        price=Amount(receipt.price),
        charged=Amount(receipt.charged),
        waived=Amount(receipt.waived),
        draws=[draw_view(draw) for draw in receipt.draws],
    )
