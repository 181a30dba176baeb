"""The other roots: everything that can be asked and followed."""

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

import strawberry

from schema import administering, approving, buying, crediting, joining, paying, plans
from schema.administering import AdministeringQueries, AdministeringSubscriptions
from schema.approving import ApprovingQueries
from schema.banners import Banner
from schema.buying import BuyingQueries
from schema.crediting import CreditingQueries
from schema.entries import EntryExplanation
from schema.feed import UsageFeedEvent
from schema.fields import field, subscription
from schema.joining import JoiningQueries
from schema.nodes import Node
from schema.paying import PayingQueries
from schema.persons import Locale
from schema.plans import PlansQueries
from schema.pricing import Product
from schema.recorded_refusals import RefusalExplanation
from schema.scalars import Cursor
from schema.terms import Terms
from schema.viewer import Viewer


class Asked(
    administering.Asked,
    approving.QueriesAsked,
    paying.QueriesAsked,
    joining.QueriesAsked,
    buying.QueriesAsked,
    crediting.QueriesAsked,
    plans.QueriesAsked,
    Protocol,
):
    """What queries and subscriptions ask the context for: one method for each of their fields."""

    async def viewer(self) -> Viewer:
        """Tell who calls."""

    async def node(self, id_: str) -> Node | None:
        """Find anything by its id."""

    async def products(self) -> list[Product]:
        """List everything that can be used."""

    async def explain_entry(self, id_: str, locale: Locale | None) -> EntryExplanation | None:
        """Tell an entry in words."""

    async def explain_refusal(self, id_: str, locale: Locale | None) -> RefusalExplanation | None:
        """Tell a refusal in words."""

    async def terms(self) -> Terms:
        """Tell the terms."""

    async def banners(self) -> list[Banner]:
        """List what everybody is shown now."""

    async def usage_feed(self, workspace_id: str, after: str | None) -> AsyncGenerator[UsageFeedEvent]:
        """Open the feed of the viewer's wallet in a workspace."""


Info = strawberry.Info[Asked, None]

Language = Annotated[
    Locale | None,
    strawberry.argument(description="The language; null: the viewer's own, for a service English."),
]


@strawberry.type(description="Everything that can be asked.")
class Query(
    AdministeringQueries, ApprovingQueries, PayingQueries, JoiningQueries, BuyingQueries, PlansQueries, CreditingQueries
):
    """The root of queries."""

    @field
    async def viewer(self, info: Info) -> Viewer:
        """The caller, and what is theirs. Needs a credential."""
        return await info.context.viewer()

    @field
    async def node(
        self,
        info: Info,
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The id, such as `wal_…`.")],
    ) -> Node | None:
        """Anything that has an id.

        Null: there is no such thing for this caller; what does not exist and what is somebody else's look alike.
        A service needs the scope `usage:read`.
        """
        return await info.context.node(id_)

    @field
    async def products(self, info: Info) -> list[Product]:
        """Everything that can be used, with its price. For everybody, without a credential."""
        return await info.context.products()

    @field
    async def explain_entry(
        self,
        info: Info,
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The entry's id: `ent_…`.")],
        locale: Language = None,
    ) -> EntryExplanation | None:
        """Tells an entry in words: what happened, what it cost and by which rule, and what it was drawn from.

        Null: there is no such entry for this caller. A service needs the scope `usage:read`.
        """
        return await info.context.explain_entry(id_, locale)

    @field
    async def explain_refusal(
        self,
        info: Info,
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The refusal's id: `ref_…`.")],
        locale: Language = None,
    ) -> RefusalExplanation | None:
        """Tells in words why something was refused: every limit in the way, what remains in it, when it resets.

        Null: there is no such refusal for this caller, or none any more. A service needs the scope `usage:read`.
        """
        return await info.context.explain_refusal(id_, locale)

    @field
    async def terms(self, info: Info) -> Terms:
        """The terms: in force, to come, and all there were. For everybody, without a credential."""
        return await info.context.terms()

    @field
    async def banners(self, info: Info) -> list[Banner]:
        """What everybody is shown now, the newest first: at most 20. For everybody, without a credential."""
        return await info.context.banners()


@strawberry.type(description="Everything that can be followed.")
class Subscription(AdministeringSubscriptions):
    """The root of subscriptions."""

    @subscription
    async def usage_feed(
        self,
        info: Info,
        workspace_id: Annotated[strawberry.ID, strawberry.argument(description="The workspace: `wsp_…`.")],
        after: Annotated[
            Cursor | None,
            strawberry.argument(description="The cursor of the last event that was seen; null: begin with a snapshot."),
        ] = None,
    ) -> AsyncGenerator[UsageFeedEvent]:
        """The viewer's wallet in a workspace, live: a snapshot, then every entry in order, each exactly once.

        Each event has a cursor. With `after` the feed resumes without a gap, however the connection ended. It closes
        when the credential or the membership ends. For people.
        """
        return await info.context.usage_feed(workspace_id, after)
