"""Answers about buying for organizations: quotes, orders, renewal, the name."""

from typing import TypeVar
from uuid import UUID

from domain.authorization import permit
from domain.orders import FoundOrganisation
from resolvers import ids
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.orders import line_view, money_view, order_view
from resolvers.organisations import find_organization
from resolvers.refusals import refusal_view
from schema.buying import (
    OrderOrganizationInput,
    OrderOrganizationPayload,
    OrderRenewalInput,
    OrderRenewalPayload,
    OrderSeatsInput,
    OrderSeatsPayload,
    Quote,
    QuotePayload,
    RenameOrganizationInput,
    RenameOrganizationPayload,
    SetAutomaticRenewalInput,
    SetAutomaticRenewalPayload,
)
from services import automatic_renewals, founding, orders, quotes, renaming, renewals, seat_purchases
from services.automatic_renewals import OrganisationChanged
from services.once import Once
from services.orders import NO_ORDER, OrderChanged
from services.organisations import NO_ORGANISATION
from services.quotes import Quoted

_Ordered = TypeVar("_Ordered", OrderOrganizationPayload, OrderSeatsPayload, OrderRenewalPayload)
_Changed = TypeVar("_Changed", SetAutomaticRenewalPayload, RenameOrganizationPayload)

_NOBODYS = UUID(int=0)
"""What ids that are none are read as: there is no such organization, in the very words that unknown ids get (B11)."""


class BuyingQueries(Operation):
    """Answers quotes."""

    @telling
    async def quote_organization(self, seats: int, currency: str, plan: str) -> QuotePayload:
        """Quote a new organization."""
        return _quote(self, quotes.quote_organisation(self.runtime, self.principal, plan, seats, currency))

    @telling
    async def quote_seats(self, organization_id: str, seats: int) -> QuotePayload:
        """Quote more seats."""
        id_ = _organisation(organization_id)
        return _quote(self, await quotes.quote_more_seats(self.runtime, self.principal, id_, seats))

    @telling
    async def quote_renewal(self, organization_id: str, seats: int) -> QuotePayload:
        """Quote the next term."""
        id_ = _organisation(organization_id)
        return _quote(self, await quotes.quote_renewal(self.runtime, self.principal, id_, seats))


class BuyingMutations(Operation):
    """Answers mutations that buy, and those about what was bought."""

    @telling
    async def order_organization(self, asked: OrderOrganizationInput) -> OrderOrganizationPayload:
        """Order an organization."""
        permit(self.principal, "Mutation.orderOrganization")
        wanted = FoundOrganisation(
            name=asked.name, seats=asked.seats, buyer_takes_seat=asked.take_seat, plan=asked.plan
        )
        done = await founding.order_organisation(
            self.runtime,
            self.principal,
            wanted,
            currency=asked.currency,
            method=asked.payment_method,
            key=asked.idempotency_key,
        )
        return await _ordered(self, done, OrderOrganizationPayload)

    @telling
    async def order_seats(self, asked: OrderSeatsInput) -> OrderSeatsPayload:
        """Order more seats."""
        permit(self.principal, "Mutation.orderSeats")
        done = await seat_purchases.order_seats(
            self.runtime,
            self.principal,
            _organisation(asked.organization_id),
            asked.seats,
            method=asked.payment_method,
            key=asked.idempotency_key,
        )
        return await _ordered(self, done, OrderSeatsPayload)

    @telling
    async def order_renewal(self, asked: OrderRenewalInput) -> OrderRenewalPayload:
        """Order the next term."""
        permit(self.principal, "Mutation.orderRenewal")
        done = await renewals.order_renewal(
            self.runtime,
            self.principal,
            _organisation(asked.organization_id),
            asked.seats,
            method=asked.payment_method,
            key=asked.idempotency_key,
        )
        return await _ordered(self, done, OrderRenewalPayload)

    @telling
    async def set_automatic_renewal(self, asked: SetAutomaticRenewalInput) -> SetAutomaticRenewalPayload:
        """Switch automatic renewal."""
        permit(self.principal, "Mutation.setAutomaticRenewal")
        done = await automatic_renewals.set_automatic_renewal(
            self.runtime,
            self.principal,
            _organisation(asked.organization_id),
            enabled=asked.enabled,
            key=asked.idempotency_key,
        )
        return await _changed(self, done, SetAutomaticRenewalPayload)

    @telling
    async def rename_organization(self, asked: RenameOrganizationInput) -> RenameOrganizationPayload:
        """Rename an organization."""
        permit(self.principal, "Mutation.renameOrganization")
        done = await renaming.rename_organisation(
            self.runtime,
            self.principal,
            _organisation(asked.organization_id),
            asked.name,
            asked.idempotency_key,
        )
        return await _changed(self, done, RenameOrganizationPayload)


def _organisation(id_: str) -> UUID:
    return ids.read(ids.ORGANISATION, id_) or _NOBODYS


def _quote(operation: Operation, quoted: Quoted) -> QuotePayload:
    quote = quoted.quote
    errors = [refusal_view(operation.catalog, quoted.refused)] if quoted.refused else []
    if quote is None:
        return QuotePayload(quote=None, errors=errors)
    lines = [line_view(line, quote.currency) for line in quote.lines]
    return QuotePayload(quote=Quote(lines=lines, total=money_view(quote.total_minor, quote.currency)), errors=errors)


async def _ordered(operation: Operation, done: Once[OrderChanged], payload: type[_Ordered]) -> _Ordered:
    """Show the order as it is now, later changes included, or why there is none."""
    refused, order_id = done.result.refused, done.result.order_id
    row = None
    if refused is None and order_id is not None:
        row = await orders.order(operation.runtime, operation.principal, order_id)
    if row is None:
        errors = [refusal_view(operation.catalog, refused or NO_ORDER)]
        return payload(order=None, replayed=done.replayed, errors=errors)
    return payload(order=order_view(operation, row), replayed=done.replayed, errors=[])


async def _changed(operation: Operation, done: Once[OrganisationChanged], payload: type[_Changed]) -> _Changed:
    """Show the organization as it is now, later changes included, or why nothing was done."""
    refused, id_ = done.result.refused, done.result.organisation_id
    shown = None
    if refused is None and id_ is not None:
        for loader in (operation.loaders.organisations, operation.loaders.workspaces):
            loader.clear_all()  # another mutation of the document may have loaded it
        shown = await find_organization(operation, ids.write(ids.ORGANISATION, id_))
    if shown is None:
        errors = [refusal_view(operation.catalog, refused or NO_ORGANISATION)]
        return payload(organization=None, replayed=done.replayed, errors=errors)
    return payload(organization=shown, replayed=done.replayed, errors=[])
