"""Views of the deletion of an account; asking for it, and calling it back."""

from domain.authorization import permit
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.deletions import (
    CancelDeletionInput,
    CancelDeletionPayload,
    Deletion,
    RequestDeletionInput,
    RequestDeletionPayload,
)
from services import deletions
from services.deletions import DeletionRow


async def request_deletion(operation: Operation, asked: RequestDeletionInput) -> RequestDeletionPayload:
    """Ask for the account to be deleted."""
    permit(operation.principal, "Mutation.requestDeletion")
    done = await deletions.request_deletion(operation.runtime, operation.principal, asked.idempotency_key)
    row, refused = done.result.deletion, done.result.refused
    errors = [refusal_view(operation.catalog, refused)] if refused else []
    return RequestDeletionPayload(deletion=_view(row), replayed=done.replayed, errors=errors)


async def cancel_deletion(operation: Operation, asked: CancelDeletionInput) -> CancelDeletionPayload:
    """Call the deletion back."""
    permit(operation.principal, "Mutation.cancelDeletion")
    done = await deletions.cancel_deletion(operation.runtime, operation.principal, asked.idempotency_key)
    row, refused = done.result.deletion, done.result.refused
    errors = [refusal_view(operation.catalog, refused)] if refused else []
    return CancelDeletionPayload(deletion=_view(row), replayed=done.replayed, errors=errors)


async def viewer_deletion(operation: Operation) -> Deletion | None:
    """Find the deletion that the caller has asked for."""
    return _view(await deletions.deletion_of_viewer(operation.runtime, operation.principal))


def _view(row: DeletionRow | None) -> Deletion | None:
    return Deletion(requested_at=row.requested_at, due_at=row.due_at) if row else None
