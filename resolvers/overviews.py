"""The live overview of an organization: snapshots as views, each built once for all who watch the same page."""

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import cast

from domain.authorization import permit
from domain.catalog import Catalog
from domain.errors import InvalidInput, NotFound
from domain.workspaces import MemberRole
from feed.overview import Shown
from resolvers import ids
from resolvers.errors import TOLD, client_error
from resolvers.invitations import invitation_view
from resolvers.members import LIST, connection_view, figures_view
from resolvers.meters import meter_view
from resolvers.operation import Operation
from resolvers.orders import order_view
from resolvers.pages import read_place
from resolvers.seats import seat_counts_view
from resolvers.subscriptions import subscription_view
from schema import overviews as schema
from schema.overviews import OVERVIEW_MEMBERS_MAX, OrganizationOverview
from schema.scalars import Amount
from services.member_reads import members_of
from services.overview_reads import MembersAsked, MeterUsage, Overview
from services.overviews import follow_overview

_VIEW = "view"
"""Where a snapshot keeps its view, beside the bytes that were made of it."""


async def organization_overview(
    operation: Operation, organization_id: str, first: int, after: str | None
) -> AsyncGenerator[OrganizationOverview, None]:
    """Open the overview of an organization that the caller administers.

    Raises:
        NotFound: there is no such organization for the caller, or the id is none.
        Forbidden: they are a member of it, and no administrator.
        InvalidInput: names the argument.
    """
    permit(operation.principal, "Subscription.organizationOverview")
    uuid = ids.read(ids.ORGANISATION, organization_id)
    if not 1 <= first <= OVERVIEW_MEMBERS_MAX:
        raise InvalidInput(("membersFirst",), f"must be 1 to {OVERVIEW_MEMBERS_MAX}")
    if uuid is None:
        raise NotFound(("organizationId",), "There is no such organization.")
    place = read_place(members_of(uuid), "membersAfter", after, LIST)
    snapshots = await follow_overview(operation.runtime, operation.principal, uuid, MembersAsked(first, place))
    return _views(operation, snapshots)


async def _views(
    operation: Operation, snapshots: AsyncGenerator[Shown[Overview], None]
) -> AsyncGenerator[OrganizationOverview, None]:
    try:
        async with aclosing(snapshots):
            async for shown in snapshots:
                yield overview_view(operation, shown)
    except TOLD as error:
        raise client_error(error) from error


def overview_view(operation: Operation, shown: Shown[Overview]) -> OrganizationOverview:
    """Show a snapshot. All who watch the same page get one object, and so one view and one encoding."""
    kept = cast("dict[Hashable, object]", shown.shared)
    view = kept.get(_VIEW)
    if not isinstance(view, OrganizationOverview):
        view = kept[_VIEW] = _view(operation, shown)
    return view


def _view(operation: Operation, shown: Shown[Overview]) -> OrganizationOverview:
    catalog, overview = operation.catalog, shown.value
    organisation = overview.organisation
    return OrganizationOverview(
        shared=shown.shared,
        at=overview.at,
        organization_id=ids.write(ids.ORGANISATION, organisation.id),
        subscription=subscription_view(organisation.subscription, overview.at, MemberRole.ADMIN),
        seat_counts=seat_counts_view(overview.seats, overview.at),
        usage=[_usage_view(catalog, row) for row in overview.usage],
        members=connection_view(
            members_of(organisation.id),
            overview.members.map(lambda row: (row[0], figures_view(catalog, row[1]))),
        ),
        orders=[order_view(operation, row) for row in overview.orders],
        invitations=[invitation_view(operation, row) for row in overview.invitations],
    )


def _usage_view(catalog: Catalog, row: MeterUsage) -> schema.MeterUsage:
    meter = meter_view(catalog, row.meter)
    return schema.MeterUsage(
        meter=meter,
        pool=row.pool,
        granted=Amount(row.granted),
        used=Amount(row.used),
        held=Amount(row.held),
        remaining=Amount(row.remaining),
        lapsed=Amount(row.lapsed),
        unit=meter.unit,
    )
