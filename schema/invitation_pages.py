"""Pages of an organization's invitations."""

import strawberry

from schema.invitations import Invitation
from schema.pages import PageInfo
from schema.scalars import Cursor


@strawberry.type(description="An invitation on a page.")
class InvitationEdge:
    """An edge of an `InvitationConnection`."""

    cursor: Cursor = strawberry.field(description="The invitation's place, for `after` and `before`.")
    node: Invitation = strawberry.field(description="The invitation.")


@strawberry.type(description="A page of an organization's invitations, the newest first.")
class InvitationConnection:
    """A page of invitations."""

    edges: list[InvitationEdge] = strawberry.field(description="The invitations with their places.")
    nodes: list[Invitation] = strawberry.field(description="The invitations alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")
