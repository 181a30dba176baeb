"""Views of price rules and products."""

import strawberry

from domain import pricing as domain
from domain.authorization import permit
from domain.catalog import Catalog
from resolvers.meters import meter_view
from resolvers.operation import Operation
from schema.pricing import PriceRule, Product
from schema.scalars import Amount


def price_rule_view(catalog: Catalog, rule: domain.PriceRule) -> PriceRule:
    """Show a price rule."""
    return PriceRule(
        id=strawberry.ID(rule.id),
        version=rule.version,
        meter=meter_view(catalog, rule.meter),
        per_unit=Amount(rule.per_unit),
    )


def products(operation: Operation) -> list[Product]:
    """List what can be used, in the order of the catalog."""
    permit(operation.principal, "Query.products")
    catalog = operation.catalog
    return [
        Product(
            id=strawberry.ID(product.id),
            name=product.name,
            step=Amount(product.step),
            quantity_max=Amount(product.quantity_max),
            price=price_rule_view(catalog, catalog.prices[product.id]),
        )
        for product in catalog.products.values()
    ]
