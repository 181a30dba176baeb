"""The viewer: who calls, and what is theirs."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from domain.orders import OrderStatus
from domain.principals import Caller
from schema import keeping, referring
from schema.approving import ClientViolation
from schema.deletions import Deletion
from schema.enums import show
from schema.exports import Export
from schema.fields import field
from schema.keeping import KeepingViewer
from schema.nodes import Node
from schema.notices import NoticeConnection
from schema.order_pages import OrderConnection
from schema.pages import After, Before, First, Last, PageAsked
from schema.persons import Person
from schema.referring import ReferringViewer
from schema.sessions import Session
from schema.terms import TermsAcceptance
from schema.workspaces import Workspace

show(
    Caller,
    "CallerKind",
    "What kind of caller a credential stands for.",
    {
        Caller.ANONYMOUS: "Nobody in particular: no credential was sent.",
        Caller.GUEST: "A person who has not registered.",
        Caller.USER: "A registered person.",
        Caller.SERVICE: "A service that reports usage or reads for people, within its scopes.",
        Caller.OPERATOR: "Somebody who runs this installation.",
    },
)


class Asked(referring.Asked, keeping.ViewerAsked, Protocol):
    """What the viewer asks the context for."""

    async def viewer_person(self) -> Person | None:
        """Find the calling person."""

    async def viewer_service(self) -> "ServiceAccount | None":
        """Find the calling service's account."""

    async def viewer_workspaces(self) -> list[Workspace]:
        """Find the workspaces that the caller works in."""

    async def viewer_sessions(self) -> list[Session]:
        """Find the caller's sessions."""

    async def viewer_exports(self) -> list[Export]:
        """Find the caller's exports."""

    async def viewer_deletion(self) -> Deletion | None:
        """Find the deletion that the caller has asked for."""

    async def viewer_violations(self) -> list[ClientViolation]:
        """Find the newest violations of the caller's API keys."""

    async def viewer_notices(self, page: PageAsked, *, unread_only: bool) -> NoticeConnection:
        """Find a page of the caller's notices."""

    async def viewer_unread_notices(self) -> int:
        """Count what the caller has not read."""

    async def viewer_accepted_terms(self) -> list[TermsAcceptance]:
        """Find which terms the caller has accepted."""

    async def viewer_rate_limit(self) -> "RateLimit | None":
        """Tell how many requests the caller may still make."""

    async def viewer_orders(self, page: PageAsked, status: OrderStatus | None) -> OrderConnection:
        """Find a page of what the caller has ordered."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="The account of a service: a chat back end, a coding gateway.")
class ServiceAccount(Node):
    """A service account."""

    name: str = strawberry.field(description="Its name for people.")


@strawberry.type(
    description=(
        "How many requests to this API a person may make in a minute, by their plan. Each operation counts as one, "
        "over HTTP and on sockets, but those that are refused for this limit."
    )
)
class RateLimit:
    """What is left of a person's requests."""

    limit: int = strawberry.field(description="How many requests may be made in each minute.")
    remaining: int = strawberry.field(description="How many of them are left in this minute, after this one.")
    resets_at: datetime = strawberry.field(description="When the minute ends, and the whole limit is there again.")


@strawberry.type(description="The caller, as their credential says.")
class Viewer(ReferringViewer, KeepingViewer):
    """Who calls."""

    caller: Caller = strawberry.field(description="What kind of caller it is.")
    scopes: list[str] = strawberry.field(
        description="What the credential of a service allows, such as `usage:write`, sorted; empty for a person."
    )

    @field
    async def person(self, info: Info) -> Person | None:
        """The person; null: the caller is none."""
        return await info.context.viewer_person()

    @field
    async def service(self, info: Info) -> ServiceAccount | None:
        """The service's account; null: the caller is no service."""
        return await info.context.viewer_service()

    @field
    async def workspaces(self, info: Info) -> list[Workspace]:
        """The workspaces that the person works in: the personal one, then by name. Empty for a service."""
        return await info.context.viewer_workspaces()

    @field
    async def sessions(self, info: Info) -> list[Session]:
        """Where the person is signed in, what was used last first: at most 20. Empty for a service."""
        return await info.context.viewer_sessions()

    @field
    async def exports(self, info: Info) -> list[Export]:
        """The archives that the person asked for, the newest first: at most 20. Empty for others."""
        return await info.context.viewer_exports()

    @field
    async def deletion(self, info: Info) -> Deletion | None:
        """The deletion of the account that the person has asked for; null: none, or it was called back."""
        return await info.context.viewer_deletion()

    @field
    async def violations(self, info: Info) -> list[ClientViolation]:
        """Requests with the person's API keys that were refused because of their client, the newest first: at most 20.

        They are kept for 30 days. Empty for callers who are none.
        """
        return await info.context.viewer_violations()

    @field
    async def notices(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        unread_only: Annotated[bool, strawberry.argument(description="Only what has not been marked as read.")] = False,
    ) -> NoticeConnection:
        """What the person is told, the newest first. Empty for callers who are none.

        With `first`, the notices that follow `after`; with `last`, those that precede `before`. With neither, 20: those
        that precede `before` where it alone is given, else the first.
        """
        return await info.context.viewer_notices(PageAsked(first, after, last, before), unread_only=unread_only)

    @field
    async def unread_notices(self, info: Info) -> int:
        """How many notices the person has not marked as read."""
        return await info.context.viewer_unread_notices()

    @field
    async def accepted_terms(self, info: Info) -> list[TermsAcceptance]:
        """Which versions of the terms the person accepted and when, the newest first: by their first act under each."""
        return await info.context.viewer_accepted_terms()

    @field
    async def rate_limit(self, info: Info) -> RateLimit | None:
        """How many requests the person may still make; null: callers of this kind are not limited, or nobody is."""
        return await info.context.viewer_rate_limit()

    @field
    async def orders(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            OrderStatus | None, strawberry.argument(description="Only orders of this status; null: of any.")
        ] = None,
    ) -> OrderConnection:
        """What the person has ordered, the newest first. Empty for callers who are none.

        With `first`, the orders that follow `after`; with `last`, those that precede `before`. With neither, 20: those
        that precede `before` where it alone is given, else the first.
        """
        return await info.context.viewer_orders(PageAsked(first, after, last, before), status)
