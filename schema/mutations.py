"""The root of mutations: everything that can be done."""

from typing import Annotated, Protocol

import strawberry

from schema import approving, buying, crediting, joining, keeping, leaving, paying, referring, switching
from schema.approving import ApprovingMutations
from schema.buying import BuyingMutations
from schema.crediting import CreditingMutations
from schema.deletions import (
    CancelDeletionInput,
    CancelDeletionPayload,
    RequestDeletionInput,
    RequestDeletionPayload,
)
from schema.exports import RequestExportInput, RequestExportPayload
from schema.fields import mutation
from schema.guest_mutations import StartGuestSessionInput, StartGuestSessionPayload
from schema.joining import JoiningMutations
from schema.keeping import KeepingMutations
from schema.leaving import LeavingMutations
from schema.notices import MarkNoticesReadInput, MarkNoticesReadPayload
from schema.paying import PayingMutations
from schema.profile_mutations import UpdateProfileInput, UpdateProfilePayload
from schema.publications import (
    AnnounceChangeInput,
    AnnounceChangePayload,
    PublishTermsInput,
    PublishTermsPayload,
)
from schema.referring import ReferringMutations
from schema.session_mutations import (
    CreateSocketTicketInput,
    CreateSocketTicketPayload,
    RevokeAllSessionsInput,
    RevokeAllSessionsPayload,
    RevokeSessionInput,
    RevokeSessionPayload,
    SignOutInput,
    SignOutPayload,
)
from schema.status_mutations import (
    ReinstatePersonInput,
    ReinstatePersonPayload,
    SuspendPersonInput,
    SuspendPersonPayload,
    TerminatePersonInput,
    TerminatePersonPayload,
)
from schema.switching import SwitchingMutations
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


class Asked(
    approving.MutationsAsked,
    paying.MutationsAsked,
    switching.MutationsAsked,
    leaving.MutationsAsked,
    joining.MutationsAsked,
    keeping.MutationsAsked,
    buying.MutationsAsked,
    crediting.MutationsAsked,
    referring.MutationsAsked,
    Protocol,
):
    """What mutations ask the context for: one method for each."""

    async def mark_notices_read(self, asked: MarkNoticesReadInput) -> MarkNoticesReadPayload:
        """Mark notices as read."""

    async def publish_terms(self, asked: PublishTermsInput) -> PublishTermsPayload:
        """Publish the next version of the terms."""

    async def announce_change(self, asked: AnnounceChangeInput) -> AnnounceChangePayload:
        """Announce a change."""

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

    async def start_guest_session(self, asked: StartGuestSessionInput) -> StartGuestSessionPayload:
        """Start a guest's session."""

    async def update_profile(self, asked: UpdateProfileInput) -> UpdateProfilePayload:
        """Change one's profile."""

    async def sign_out(self, asked: SignOutInput) -> SignOutPayload:
        """End the session that asks."""

    async def revoke_session(self, asked: RevokeSessionInput) -> RevokeSessionPayload:
        """End one of the caller's sessions."""

    async def revoke_all_sessions(self, asked: RevokeAllSessionsInput) -> RevokeAllSessionsPayload:
        """End all of the caller's sessions."""

    async def create_socket_ticket(self, asked: CreateSocketTicketInput) -> CreateSocketTicketPayload:
        """Make a ticket for a socket."""

    async def suspend_person(self, asked: SuspendPersonInput) -> SuspendPersonPayload:
        """Suspend a person."""

    async def reinstate_person(self, asked: ReinstatePersonInput) -> ReinstatePersonPayload:
        """Reinstate a suspended person."""

    async def terminate_person(self, asked: TerminatePersonInput) -> TerminatePersonPayload:
        """Terminate an account."""

    async def request_export(self, asked: RequestExportInput) -> RequestExportPayload:
        """Ask for an archive of the caller's data."""

    async def request_deletion(self, asked: RequestDeletionInput) -> RequestDeletionPayload:
        """Ask for the caller's account to be deleted."""

    async def cancel_deletion(self, asked: CancelDeletionInput) -> CancelDeletionPayload:
        """Call the deletion of the caller's account back."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description=(
        "Everything that can be done. Each takes an idempotency key, so that asking again is safe, and answers with "
        "what was done or with the refusals that say why not."
    )
)
class Mutation(
    ApprovingMutations,
    PayingMutations,
    SwitchingMutations,
    LeavingMutations,
    JoiningMutations,
    BuyingMutations,
    ReferringMutations,
    KeepingMutations,
    CreditingMutations,
):
    """The root of mutations."""

    @mutation
    async def consume(
        self,
        info: Info,
        asked: Annotated[ConsumeInput, strawberry.argument(name="input", description="What was used, and by whom.")],
    ) -> ConsumePayload:
        """Charges usage in one step.

        For services with the scope `usage:write`: usage is reported, never claimed by the person who pays. Guests
        send their free messages themselves: the product that policy gives them, from their own wallet.
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

    @mutation
    async def start_guest_session(
        self,
        info: Info,
        asked: Annotated[StartGuestSessionInput, strawberry.argument(name="input", description="How to be spoken to.")],
    ) -> StartGuestSessionPayload:
        """Comes in without registering: a session with some free messages, for a while.

        For who has no credential. A guest can charge those messages with `consume`, look at what is theirs, follow
        their feed, and sign up, which keeps their history. `RATE_LIMITED`: too many came from the same address.
        """
        return await info.context.start_guest_session(asked)

    @mutation
    async def update_profile(
        self,
        info: Info,
        asked: Annotated[UpdateProfileInput, strawberry.argument(name="input", description="What is to be different.")],
    ) -> UpdateProfilePayload:
        """Changes one's own profile.

        For registered people.
        """
        return await info.context.update_profile(asked)

    @mutation
    async def sign_out(
        self,
        info: Info,
        asked: Annotated[SignOutInput, strawberry.argument(name="input", description="Nothing but the key.")],
    ) -> SignOutPayload:
        """Ends the session that asks, and everything that is open with it.

        For people.
        """
        return await info.context.sign_out(asked)

    @mutation
    async def revoke_session(
        self,
        info: Info,
        asked: Annotated[RevokeSessionInput, strawberry.argument(name="input", description="Which session.")],
    ) -> RevokeSessionPayload:
        """Ends one of the viewer's sessions, and everything that is open with it, within a second.

        For people. One that has ended already stays so.
        """
        return await info.context.revoke_session(asked)

    @mutation
    async def revoke_all_sessions(
        self,
        info: Info,
        asked: Annotated[RevokeAllSessionsInput, strawberry.argument(name="input", description="Which sessions.")],
    ) -> RevokeAllSessionsPayload:
        """Ends all of the viewer's sessions, or all but the one that asks.

        For people.
        """
        return await info.context.revoke_all_sessions(asked)

    @mutation
    async def create_socket_ticket(
        self,
        info: Info,
        asked: Annotated[
            CreateSocketTicketInput, strawberry.argument(name="input", description="Nothing but the key.")
        ],
    ) -> CreateSocketTicketPayload:
        """Makes a ticket that opens one socket within 60 seconds, for clients that can set no header there.

        For people. The socket has the rights of the session that asks, and ends with it.
        """
        return await info.context.create_socket_ticket(asked)

    @mutation
    async def suspend_person(
        self,
        info: Info,
        asked: Annotated[SuspendPersonInput, strawberry.argument(name="input", description="Who, why, until when.")],
    ) -> SuspendPersonPayload:
        """Turns a person away: their sessions and open feeds end at once, and are refused until they come back.

        For operators. Who is suspended already gets the new reason and end.
        """
        return await info.context.suspend_person(asked)

    @mutation
    async def reinstate_person(
        self,
        info: Info,
        asked: Annotated[ReinstatePersonInput, strawberry.argument(name="input", description="Who, and why.")],
    ) -> ReinstatePersonPayload:
        """Lets a suspended person come back: everything that has not expired is as it was.

        For operators.
        """
        return await info.context.reinstate_person(asked)

    @mutation
    async def terminate_person(
        self,
        info: Info,
        asked: Annotated[TerminatePersonInput, strawberry.argument(name="input", description="Who, and why.")],
    ) -> TerminatePersonPayload:
        """Ends a person's account for good.

        For operators.
        """
        return await info.context.terminate_person(asked)

    @mutation
    async def request_export(
        self,
        info: Info,
        asked: Annotated[RequestExportInput, strawberry.argument(name="input", description="Nothing but the key.")],
    ) -> RequestExportPayload:
        """Asks for an archive of everything that is held about the viewer; the worker makes it.

        For registered people. One is made at a time: asking meanwhile gives that one. It is kept for 7 days, or until
        the next one is ready.
        """
        return await info.context.request_export(asked)

    @mutation
    async def request_deletion(
        self,
        info: Info,
        asked: Annotated[RequestDeletionInput, strawberry.argument(name="input", description="Nothing but the key.")],
    ) -> RequestDeletionPayload:
        """Asks for the viewer's account to be deleted in 7 days, with everything that is held about them.

        For registered people, within 10 minutes of signing in. All credits lapse with the account, those that were
        bought included; nothing brings it back then.
        """
        return await info.context.request_deletion(asked)

    @mutation
    async def cancel_deletion(
        self,
        info: Info,
        asked: Annotated[CancelDeletionInput, strawberry.argument(name="input", description="Nothing but the key.")],
    ) -> CancelDeletionPayload:
        """Calls the deletion of the viewer's account back: it stays as it is.

        For registered people.
        """
        return await info.context.cancel_deletion(asked)

    @mutation
    async def mark_notices_read(
        self,
        info: Info,
        asked: Annotated[
            MarkNoticesReadInput, strawberry.argument(name="input", description="Which notices have been read.")
        ],
    ) -> MarkNoticesReadPayload:
        """Marks the viewer's notices as read, some or all.

        For people. What was read before keeps its instant.
        """
        return await info.context.mark_notices_read(asked)

    @mutation
    async def publish_terms(
        self,
        info: Info,
        asked: Annotated[PublishTermsInput, strawberry.argument(name="input", description="What they say, and when.")],
    ) -> PublishTermsPayload:
        """Publishes the next version of the terms. A material change is announced to everybody.

        For operators. It takes effect at once or at a date to come, and cannot be changed any more.
        """
        return await info.context.publish_terms(asked)

    @mutation
    async def announce_change(
        self,
        info: Info,
        asked: Annotated[AnnounceChangeInput, strawberry.argument(name="input", description="What changes, and when.")],
    ) -> AnnounceChangePayload:
        """Announces a change to everybody: by banner at once, by notice and e-mail within minutes.

        For operators. Refused where it would take effect before people have had the notice that they are due.
        """
        return await info.context.announce_change(asked)
