"""Buying for organizations: quotes, orders, renewal, and the name (B1, B2, B10)."""

from typing import Annotated, Protocol

import strawberry

from domain.orders import PaymentMethod
from schema.fields import field, mutation
from schema.orders import Money, Order, OrderLine
from schema.organisations import Organization
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD

_ORGANIZATION_TOLD = "The organization: `org_…`."
_ORDER_TOLD = "The order, with how to pay it; null: refused."
_METHOD_TOLD = "How it will be paid."
_SEATS_TOLD = "How many seats: from 5 to 50000 (policy)."
_MORE_SEATS_TOLD = "How many more seats: at least 1; all together at most 50000 (policy)."
_NAME_TOLD = "What it is called: 1 to 100 printable characters."


@strawberry.type(description="What an order of the same would charge at this instant, to the cent.")
class Quote:
    """A quote."""

    lines: list[OrderLine] = strawberry.field(description="What would be charged for, line by line.")
    total: Money = strawberry.field(description="What would be paid.")


@strawberry.type(description="A quote, or refusals.")
class QuotePayload:
    """Payload of quotes."""

    quote: Quote | None = strawberry.field(description="The quote; null: it could not be ordered now.")
    errors: list[Refusal] = strawberry.field(description="Why it could not be ordered now; empty: it could.")


@strawberry.input(description="Which organization is to be founded.")
class OrderOrganizationInput:
    """Input of `Mutation.orderOrganization`."""

    name: str = strawberry.field(description=_NAME_TOLD)
    seats: int = strawberry.field(description=_SEATS_TOLD)
    take_seat: bool = strawberry.field(
        default=True, description="Whether the buyer, who becomes its administrator, takes one of the seats."
    )
    plan: str = strawberry.field(default="business", description="The id of a plan for organizations.")
    currency: str = strawberry.field(default="USD", description="The currency by ISO 4217.")
    payment_method: PaymentMethod = strawberry.field(description=_METHOD_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `orderOrganization`: the order, or refusals.")
class OrderOrganizationPayload:
    """Payload of `Mutation.orderOrganization`."""

    order: Order | None = strawberry.field(description=_ORDER_TOLD)
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="How many more seats an organization is to have.")
class OrderSeatsInput:
    """Input of `Mutation.orderSeats`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    seats: int = strawberry.field(description=_MORE_SEATS_TOLD)
    payment_method: PaymentMethod = strawberry.field(description=_METHOD_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `orderSeats`: the order, or refusals.")
class OrderSeatsPayload:
    """Payload of `Mutation.orderSeats`."""

    order: Order | None = strawberry.field(description=_ORDER_TOLD)
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="With how many seats a subscription is to go on.")
class OrderRenewalInput:
    """Input of `Mutation.orderRenewal`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    seats: int = strawberry.field(description="How many seats in all, at least as many as are held: from 5 (policy).")
    payment_method: PaymentMethod = strawberry.field(description=_METHOD_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `orderRenewal`: the order, or refusals.")
class OrderRenewalPayload:
    """Payload of `Mutation.orderRenewal`."""

    order: Order | None = strawberry.field(description=_ORDER_TOLD)
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Whether a subscription goes on by itself.")
class SetAutomaticRenewalInput:
    """Input of `Mutation.setAutomaticRenewal`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    enabled: bool = strawberry.field(description="Whether it is renewed by itself when its term ends.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `setAutomaticRenewal`: the organization, or refusals.")
class SetAutomaticRenewalPayload:
    """Payload of `Mutation.setAutomaticRenewal`."""

    organization: Organization | None = strawberry.field(description="The organization as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="What an organization is to be called.")
class RenameOrganizationInput:
    """Input of `Mutation.renameOrganization`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    name: str = strawberry.field(description=_NAME_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `renameOrganization`: the organization, or refusals.")
class RenameOrganizationPayload:
    """Payload of `Mutation.renameOrganization`."""

    organization: Organization | None = strawberry.field(description="The organization as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def quote_organization(self, seats: int, currency: str, plan: str) -> QuotePayload:
        """Quote a new organization."""

    async def quote_seats(self, organization_id: str, seats: int) -> QuotePayload:
        """Quote more seats."""

    async def quote_renewal(self, organization_id: str, seats: int) -> QuotePayload:
        """Quote the next term."""


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def order_organization(self, asked: OrderOrganizationInput) -> OrderOrganizationPayload:
        """Order an organization."""

    async def order_seats(self, asked: OrderSeatsInput) -> OrderSeatsPayload:
        """Order more seats."""

    async def order_renewal(self, asked: OrderRenewalInput) -> OrderRenewalPayload:
        """Order the next term."""

    async def set_automatic_renewal(self, asked: SetAutomaticRenewalInput) -> SetAutomaticRenewalPayload:
        """Switch automatic renewal."""

    async def rename_organization(self, asked: RenameOrganizationInput) -> RenameOrganizationPayload:
        """Rename an organization."""


_Organization = Annotated[strawberry.ID, strawberry.argument(description=_ORGANIZATION_TOLD)]


@strawberry.type
class BuyingQueries:
    """Part of the root of queries."""

    @field
    async def quote_organization(
        self,
        info: strawberry.Info[QueriesAsked, None],
        seats: Annotated[int, strawberry.argument(description=_SEATS_TOLD)],
        currency: Annotated[str, strawberry.argument(description="The currency by ISO 4217.")] = "USD",
        plan: Annotated[str, strawberry.argument(description="The id of a plan for organizations.")] = "business",
    ) -> QuotePayload:
        """What a new organization would cost for its first year. For everybody, without a credential."""
        return await info.context.quote_organization(seats, currency, plan)

    @field
    async def quote_seats(
        self,
        info: strawberry.Info[QueriesAsked, None],
        organization_id: _Organization,
        seats: Annotated[int, strawberry.argument(description=_MORE_SEATS_TOLD)],
    ) -> QuotePayload:
        """What more seats would cost now, until the term's end: by the day, a begun one counted as a whole one.

        With the next term paid in advance, all of that is added. For the organization's administrators.
        """
        return await info.context.quote_seats(organization_id, seats)

    @field
    async def quote_renewal(
        self,
        info: strawberry.Info[QueriesAsked, None],
        organization_id: _Organization,
        seats: Annotated[int, strawberry.argument(description="How many seats in all, from then on.")],
    ) -> QuotePayload:
        """What the next term would cost with so many seats. For the organization's administrators.

        `RENEWAL_TOO_EARLY` says when it can be bought, `SEATS_IN_USE` how many seats are held.
        """
        return await info.context.quote_renewal(organization_id, seats)


@strawberry.type
class BuyingMutations:
    """Part of the root of mutations."""

    @mutation
    async def order_organization(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[OrderOrganizationInput, strawberry.argument(name="input", description="What is bought.")],
    ) -> OrderOrganizationPayload:
        """Orders an organization with its seats for a year: it is founded when the order is paid.

        For registered people. The buyer becomes its administrator. The subscription renews by itself unless that is
        switched off. `TOO_MANY_ORGANIZATIONS`: the buyer is in as many as one may be, those on order included.
        """
        return await info.context.order_organization(asked)

    @mutation
    async def order_seats(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[OrderSeatsInput, strawberry.argument(name="input", description="What is bought.")],
    ) -> OrderSeatsPayload:
        """Orders more seats of a running subscription: they are there when the order is paid, for the rest of the term.

        For the organization's administrators. It costs what `quoteSeats` says. Refused when the term has ended
        (`SUBSCRIPTION_EXPIRED`), and while a renewal is on order (`TOO_MANY_OPEN`).
        """
        return await info.context.order_seats(asked)

    @mutation
    async def order_renewal(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[OrderRenewalInput, strawberry.argument(name="input", description="What is bought.")],
    ) -> OrderRenewalPayload:
        """Orders the next term of a subscription, with fewer or more seats: it costs what `quoteRenewal` says.

        For the organization's administrators. In time, the term follows the one that runs; when benefits have ended
        and their period is over, it begins with the payment. Refused while anything of it is on order
        (`TOO_MANY_OPEN`).
        """
        return await info.context.order_renewal(asked)

    @mutation
    async def set_automatic_renewal(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[SetAutomaticRenewalInput, strawberry.argument(name="input", description="On or off.")],
    ) -> SetAutomaticRenewalPayload:
        """Switches whether a subscription goes on by itself when its term ends.

        For the organization's administrators. While it is on, a payment that fails gives 7 days of grace (policy);
        switched off in those, the benefits end at once. It cannot be switched on when the term has ended.
        """
        return await info.context.set_automatic_renewal(asked)

    @mutation
    async def rename_organization(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[RenameOrganizationInput, strawberry.argument(name="input", description="The new name.")],
    ) -> RenameOrganizationPayload:
        """Renames an organization and its workspace.

        For the organization's administrators.
        """
        return await info.context.rename_organization(asked)
