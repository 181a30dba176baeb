"""Administering an organization: finding it, and watching it live (B3, F9)."""

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

import strawberry

from schema.fields import field, subscription
from schema.organisations import Organization
from schema.overviews import OVERVIEW_MEMBERS_DEFAULT, OrganizationOverview
from schema.scalars import Cursor


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def organization(self, id_: str) -> Organization | None:
        """Find an organization."""


class SubscriptionsAsked(Protocol):
    """What these subscriptions ask the context for."""

    async def organization_overview(
        self, organization_id: str, first: int, after: str | None
    ) -> AsyncGenerator[OrganizationOverview]:
        """Open the overview of an organization."""


class Asked(QueriesAsked, SubscriptionsAsked, Protocol):
    """What both ask the context for."""


@strawberry.type
class AdministeringQueries:
    """Part of the root of queries."""

    @field
    async def organization(
        self,
        info: strawberry.Info[QueriesAsked, None],
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The organization: `org_…`.")],
    ) -> Organization | None:
        """An organization, for its members.

        Null: there is no such organization for this caller; one that does not exist and one of others look alike.
        """
        return await info.context.organization(id_)


@strawberry.type
class AdministeringSubscriptions:
    """Part of the root of subscriptions."""

    @subscription
    async def organization_overview(
        self,
        info: strawberry.Info[SubscriptionsAsked, None],
        organization_id: Annotated[strawberry.ID, strawberry.argument(description="The organization: `org_…`.")],
        members_first: Annotated[
            int, strawberry.argument(description="How many members are shown with their usage: 1 to 200.")
        ] = OVERVIEW_MEMBERS_DEFAULT,
        members_after: Annotated[
            Cursor | None,
            strawberry.argument(
                description="Only members who follow this one, by a cursor of `Organization.members` or of an event."
            ),
        ] = None,
    ) -> AsyncGenerator[OrganizationOverview]:
        """An organization, live, for its administrators: how it is, and again after each change.

        At most four times a second; changes that come faster are shown together, and the newest state always is. There
        is no cursor to resume from: whoever comes back gets the newest state. It closes when the credential, the
        membership or the role ends.
        """
        return await info.context.organization_overview(organization_id, members_first, members_after)
