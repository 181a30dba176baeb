"""The half of the context that does things: an answer for each mutation."""

from resolvers import (
    deletions,
    exports,
    guest_mutations,
    notices,
    profile_mutations,
    publications,
    session_mutations,
    status_mutations,
    task_mutations,
    usage_mutations,
)
from resolvers.approving import ApprovingMutations
from resolvers.buying import BuyingMutations
from resolvers.crediting import CreditingMutations
from resolvers.errors import telling
from resolvers.joining import JoiningMutations
from resolvers.keeping import KeepingMutations
from resolvers.leaving import LeavingMutations
from resolvers.paying import PayingMutations
from resolvers.referring import ReferringMutations
from resolvers.switching import SwitchingMutations
from schema.deletions import (
    CancelDeletionInput,
    CancelDeletionPayload,
    RequestDeletionInput,
    RequestDeletionPayload,
)
from schema.exports import RequestExportInput, RequestExportPayload
from schema.guest_mutations import StartGuestSessionInput, StartGuestSessionPayload
from schema.notices import MarkNoticesReadInput, MarkNoticesReadPayload
from schema.profile_mutations import UpdateProfileInput, UpdateProfilePayload
from schema.publications import (
    AnnounceChangeInput,
    AnnounceChangePayload,
    PublishTermsInput,
    PublishTermsPayload,
)
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


class Mutations(
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
    """Answers mutations."""

    @telling
    async def mark_notices_read(self, asked: MarkNoticesReadInput) -> MarkNoticesReadPayload:
        """Mark notices as read."""
        return await notices.mark_notices_read(self, asked)

    @telling
    async def publish_terms(self, asked: PublishTermsInput) -> PublishTermsPayload:
        """Publish the next version of the terms."""
        return await publications.publish_terms(self, asked)

    @telling
    async def announce_change(self, asked: AnnounceChangeInput) -> AnnounceChangePayload:
        """Announce a change."""
        return await publications.announce_change(self, asked)

    @telling
    async def consume(self, asked: ConsumeInput) -> ConsumePayload:
        """Charge usage in one step."""
        return await usage_mutations.consume(self, asked)

    @telling
    async def start_task(self, asked: StartTaskInput) -> StartTaskPayload:
        """Start a task."""
        return await task_mutations.start_task(self, asked)

    @telling
    async def complete_task(self, asked: CompleteTaskInput) -> CompleteTaskPayload:
        """Complete a task."""
        return await task_mutations.complete_task(self, asked)

    @telling
    async def fail_task(self, asked: FailTaskInput) -> FailTaskPayload:
        """Fail a task."""
        return await task_mutations.fail_task(self, asked)

    @telling
    async def cancel_task(self, asked: CancelTaskInput) -> CancelTaskPayload:
        """Cancel a task."""
        return await task_mutations.cancel_task(self, asked)

    @telling
    async def extend_task(self, asked: ExtendTaskInput) -> ExtendTaskPayload:
        """Give a task more time."""
        return await task_mutations.extend_task(self, asked)

    @telling
    async def start_guest_session(self, asked: StartGuestSessionInput) -> StartGuestSessionPayload:
        """Start a guest's session."""
        return await guest_mutations.start_guest_session(self, asked)

    @telling
    async def update_profile(self, asked: UpdateProfileInput) -> UpdateProfilePayload:
        """Change one's profile."""
        return await profile_mutations.update_own_profile(self, asked)

    @telling
    async def sign_out(self, asked: SignOutInput) -> SignOutPayload:
        """End the session that asks."""
        return await session_mutations.sign_out(self, asked)

    @telling
    async def revoke_session(self, asked: RevokeSessionInput) -> RevokeSessionPayload:
        """End one of the caller's sessions."""
        return await session_mutations.revoke_session(self, asked)

    @telling
    async def revoke_all_sessions(self, asked: RevokeAllSessionsInput) -> RevokeAllSessionsPayload:
        """End all of the caller's sessions."""
        return await session_mutations.revoke_all_sessions(self, asked)

    @telling
    async def create_socket_ticket(self, asked: CreateSocketTicketInput) -> CreateSocketTicketPayload:
        """Make a ticket for a socket."""
        return await session_mutations.create_socket_ticket(self, asked)

    @telling
    async def suspend_person(self, asked: SuspendPersonInput) -> SuspendPersonPayload:
        """Suspend a person."""
        return await status_mutations.suspend_person(self, asked)

    @telling
    async def reinstate_person(self, asked: ReinstatePersonInput) -> ReinstatePersonPayload:
        """Reinstate a suspended person."""
        return await status_mutations.reinstate_person(self, asked)

    @telling
    async def terminate_person(self, asked: TerminatePersonInput) -> TerminatePersonPayload:
        """Terminate an account."""
        return await status_mutations.terminate_person(self, asked)

    @telling
    async def request_export(self, asked: RequestExportInput) -> RequestExportPayload:
        """Ask for an archive of the caller's data."""
        return await exports.request_export(self, asked)

    @telling
    async def request_deletion(self, asked: RequestDeletionInput) -> RequestDeletionPayload:
        """Ask for the caller's account to be deleted."""
        return await deletions.request_deletion(self, asked)

    @telling
    async def cancel_deletion(self, asked: CancelDeletionInput) -> CancelDeletionPayload:
        """Call the deletion of the caller's account back."""
        return await deletions.cancel_deletion(self, asked)
