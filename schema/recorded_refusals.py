"""Refusals that were recorded: what was refused to a wallet in the last days (F7, F12)."""

from datetime import datetime

import strawberry

from schema.nodes import Node
from schema.pages import PageInfo
from schema.refusals import Refusal
from schema.scalars import Cursor


@strawberry.type(description="A refusal as it was recorded. It is kept for 30 days.")
class RecordedRefusal(Node):
    """A refusal of a wallet."""

    at: datetime = strawberry.field(description="When it was refused.")
    as_of_entry: int = strawberry.field(
        description="Number of the wallet's last entry at that time; 0: there was none."
    )
    refusal: Refusal = strawberry.field(description="What was answered.")


@strawberry.type(description="A refusal on a page.")
class RefusalEdge:
    """An edge of a `RefusalConnection`."""

    cursor: Cursor = strawberry.field(description="The refusal's place, for `after` and `before`.")
    node: RecordedRefusal = strawberry.field(description="The refusal.")


@strawberry.type(description="A page of a wallet's refusals, the newest first.")
class RefusalConnection:
    """A page of refusals."""

    edges: list[RefusalEdge] = strawberry.field(description="The refusals with their places.")
    nodes: list[RecordedRefusal] = strawberry.field(description="The refusals alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")


@strawberry.type(description="A refusal told in words.")
class RefusalExplanation:
    """Why it was refused, for people."""

    refusal: RecordedRefusal = strawberry.field(description="The refusal.")
    text: str = strawberry.field(description="Why it was refused and what would help, in the language asked for.")
