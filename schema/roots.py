"""The roots: everything that can be asked, done and followed."""

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

import strawberry

from schema.entries import EntryExplanation
from schema.feed import UsageFeedEvent
from schema.fields import field, mutation, subscription
from schema.nodes import Node
from schema.pricing import Product
from schema.scalars import Cursor
from schema.task_mutations import (
    CancelTaskInput,
    CancelTaskPayload,
    CompleteTaskInput,
    CompleteTaskPayload,
    ExtendTaskInput,
    ExtendTaskPayload,
    FailTaskInput,
    FailTaskPayload,
    StartTaskInput,
    StartTaskPayload,
)
from schema.usage_mutations import ConsumeInput, ConsumePayload
from schema.viewer import Viewer


class Asked(Protocol):
    """What the roots ask the context for: one method for each of their fields."""

    async def viewer(self) -> Viewer:
        """Tell who calls."""

    async def node(self, id_: str) -> Node | None:
        """Find anything by its id."""

    async def products(self) -> list[Product]:
        """List everything that can be used."""

    async def explain_entry(self, id_: str) -> EntryExplanation | None:
        """Tell an entry in words."""

    async def consume(self, asked: ConsumeInput) -> ConsumePayload:
        """Charge usage in one step."""

    async def start_task(self, asked: StartTaskInput) -> StartTaskPayload:
        """Start a task."""

    async def complete_task(self, asked: CompleteTaskInput) -> CompleteTaskPayload:
        """Complete a task."""

    async def fail_task(self, asked: FailTaskInput) -> FailTaskPayload:
        """Fail a task."""

    async def cancel_task(self, asked: CancelTaskInput) -> CancelTaskPayload:
        """Cancel a task."""

    async def extend_task(self, asked: ExtendTaskInput) -> ExtendTaskPayload:
        """Give a task more time."""

    async def usage_feed(self, workspace_id: str, after: str | None) -> AsyncGenerator[UsageFeedEvent]:
        """Open the feed of the viewer's wallet in a workspace."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="Everything that can be asked.")
class Query:
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
    ) -> EntryExplanation | None:
        """Tells an entry in words: what happened, what it cost and by which rule, and what it was drawn from.

        Null: there is no such entry for this caller. A service needs the scope `usage:read`.
        """
        return await info.context.explain_entry(id_)


@strawberry.type(
    description=(
        "Everything that can be done. Each takes an idempotency key, so that asking again is safe, and answers with "
        "what was done or with the refusals that say why not."
    )
)
class Mutation:
    """The root of mutations."""

    @mutation
    async def consume(
        self,
        info: Info,
        asked: Annotated[ConsumeInput, strawberry.argument(name="input", description="What was used, and by whom.")],
    ) -> ConsumePayload:
        """Charges usage in one step.

        For services with the scope `usage:write`: usage is reported, never claimed by the person who pays.
        """
        return await info.context.consume(asked)

    @mutation
    async def start_task(
        self,
        info: Info,
        asked: Annotated[StartTaskInput, strawberry.argument(name="input", description="What will be used.")],
    ) -> StartTaskPayload:
        """Starts usage in two steps: sets the price of the estimate aside until the task resolves or times out.

        For services with the scope `usage:write`.
        """
        return await info.context.start_task(asked)

    @mutation
    async def complete_task(
        self,
        info: Info,
        asked: Annotated[CompleteTaskInput, strawberry.argument(name="input", description="What was used.")],
    ) -> CompleteTaskPayload:
        """Completes a task: charges what it really used and frees the rest of its hold.

        If it used more than it held, what is there is taken and the rest waived. For services with the scope
        `usage:write`.
        """
        return await info.context.complete_task(asked)

    @mutation
    async def fail_task(
        self, info: Info, asked: Annotated[FailTaskInput, strawberry.argument(name="input", description="Which task.")]
    ) -> FailTaskPayload:
        """Says that a task failed: frees its hold and charges nothing.

        For services with the scope `usage:write`.
        """
        return await info.context.fail_task(asked)

    @mutation
    async def cancel_task(
        self,
        info: Info,
        asked: Annotated[CancelTaskInput, strawberry.argument(name="input", description="Which task.")],
    ) -> CancelTaskPayload:
        """Cancels a task: frees its hold and charges nothing.

        For services with the scope `usage:write`.
        """
        return await info.context.cancel_task(asked)

    @mutation
    async def extend_task(
        self,
        info: Info,
        asked: Annotated[ExtendTaskInput, strawberry.argument(name="input", description="Which task.")],
    ) -> ExtendTaskPayload:
        """Says that a task still runs: its hold lasts the whole time-out from now on.

        For services with the scope `usage:write`.
        """
        return await info.context.extend_task(asked)


@strawberry.type(description="Everything that can be followed.")
class Subscription:
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
