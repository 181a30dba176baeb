"""Answers about credits: packs, orders of them, adjustments, what is left of each kind."""

import strawberry

from domain import credits as domain
from domain.authorization import permit
from domain.catalog import Catalog
from domain.status import NO_PERSON
from resolvers import ids
from resolvers.errors import telling
from resolvers.meters import meter_view
from resolvers.operation import Operation
from resolvers.orders import money_view, order_view
from resolvers.refusals import refusal_view
from schema.crediting import AdjustCreditsInput, AdjustCreditsPayload, OrderCreditsInput, OrderCreditsPayload
from schema.credits import CreditPack, CreditsExpiry, CreditsOfKind
from schema.scalars import Amount
from schema.wallets import Wallet
from services import adjustments, credit_orders, orders
from services.adjustments import Adjustment
from services.orders import NO_ORDER


class CreditingQueries(Operation):
    """Answers which packs there are, and what a wallet has of each kind."""

    @telling
    async def credit_packs(self) -> list[CreditPack]:
        """List the packs of credits, in the order of the catalog."""
        permit(self.principal, "Query.creditPacks")
        meter = meter_view(self.catalog, self.catalog.policies.credit_meter)
        return [
            CreditPack(
                id=strawberry.ID(pack.id),
                version=pack.version,
                name=pack.name,
                meter=meter,
                amount=Amount(pack.amount),
                unit=meter.unit,
                prices=[money_view(price.amount_minor, price.currency) for price in pack.prices],
            )
            for pack in self.catalog.packs.values()
        ]

    @telling
    async def credits_by_kind(self, wallet: Wallet) -> list[CreditsOfKind]:
        """Find what is left of each kind in a wallet."""
        found = await self.loaders.credits_by_kind.load(wallet.uuid)
        return [_of_kind(self.catalog, each) for each in found or ()]


class CreditingMutations(Operation):
    """Answers mutations about credits."""

    @telling
    async def order_credits(self, asked: OrderCreditsInput) -> OrderCreditsPayload:
        """Order a pack of credits; show the order as it is now, later changes included."""
        done = await credit_orders.order_credits(
            self.runtime,
            self.principal,
            asked.pack_id,
            asked.quantity,
            currency=asked.currency,
            method=asked.payment_method,
            key=asked.idempotency_key,
        )
        refused, order_id = done.result.refused, done.result.order_id
        row = None
        if refused is None and order_id is not None:
            row = await orders.order(self.runtime, self.principal, order_id)
        if row is None:
            errors = [refusal_view(self.catalog, refused or NO_ORDER)]
            return OrderCreditsPayload(order=None, replayed=done.replayed, errors=errors)
        return OrderCreditsPayload(order=order_view(self, row), replayed=done.replayed, errors=[])

    @telling
    async def adjust_credits(self, asked: AdjustCreditsInput) -> AdjustCreditsPayload:
        """Give credits, or take them back."""
        permit(self.principal, "Mutation.adjustCredits")
        id_ = ids.read(ids.PERSON, asked.person_id)
        if id_ is None:
            errors = [refusal_view(self.catalog, NO_PERSON)]
            return AdjustCreditsPayload(person_id=None, changed=None, replayed=False, errors=errors)
        wanted = Adjustment(id_, asked.amount, asked.reason, asked.expires_at)
        done = await adjustments.adjust_credits(self.runtime, self.principal, wanted, key=asked.idempotency_key)
        refused, changed = done.result.refused, done.result.changed
        if changed is None:
            errors = [refusal_view(self.catalog, refused or NO_PERSON)]
            return AdjustCreditsPayload(person_id=None, changed=None, replayed=done.replayed, errors=errors)
        whose = ids.write(ids.PERSON, done.result.person_id)
        return AdjustCreditsPayload(person_id=whose, changed=Amount(changed), replayed=done.replayed, errors=[])


def _of_kind(catalog: Catalog, row: domain.CreditsOfKind) -> CreditsOfKind:
    meter = meter_view(catalog, row.meter)
    expiry = row.next_expiry
    return CreditsOfKind(
        meter=meter,
        kind=row.kind,
        remaining=Amount(row.remaining),
        held=Amount(row.held),
        unit=meter.unit,
        next_expiry=CreditsExpiry(at=expiry.at, amount=Amount(expiry.amount)) if expiry else None,
    )
