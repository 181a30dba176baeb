"""The viewer: who calls, and what is theirs."""

from typing import Protocol

import strawberry

from domain.principals import Caller
from schema.enums import show
from schema.fields import field
from schema.nodes import Node
from schema.persons import Person
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


class Asked(Protocol):
    """What the viewer asks the context for."""

    async def viewer_person(self) -> Person | None:
        """Find the calling person."""

    async def viewer_service(self) -> "ServiceAccount | None":
        """Find the calling service's account."""

    async def viewer_workspaces(self) -> list[Workspace]:
        """Find the workspaces that the caller works in."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="The account of a service: a chat back end, a coding gateway.")
class ServiceAccount(Node):
    """A service account."""

    name: str = strawberry.field(description="Its name for people.")


@strawberry.type(description="The caller, as their credential says.")
class Viewer:
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
