"""Signing out, revoking sessions, tickets for sockets."""

from domain.authorization import permit
from domain.refusals import Refusal, RefusalCode
from resolvers import ids
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
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
from services import sessions
from services.tickets import create_ticket

_NO_SESSION = Refusal(RefusalCode.NOT_FOUND, "There is no such session.", ("sessionId",))


async def sign_out(operation: Operation, asked: SignOutInput) -> SignOutPayload:
    """End the session that asks."""
    done = await sessions.sign_out(operation.runtime, operation.principal, asked.idempotency_key)
    if refused := done.result.refused:
        return SignOutPayload(replayed=False, errors=[refusal_view(operation.catalog, refused)])
    return SignOutPayload(replayed=done.replayed, errors=[])


async def revoke_session(operation: Operation, asked: RevokeSessionInput) -> RevokeSessionPayload:
    """End one of the caller's sessions."""
    permit(operation.principal, "Mutation.revokeSession")
    id_ = ids.read(ids.SESSION, asked.session_id)
    refused: Refusal | None = _NO_SESSION
    replayed = False
    if id_ is not None:
        done = await sessions.revoke_session(operation.runtime, operation.principal, id_, asked.idempotency_key)
        refused, replayed = done.result.refused, done.replayed
    if refused:
        errors = [refusal_view(operation.catalog, refused)]
        return RevokeSessionPayload(session_id=None, replayed=False, errors=errors)
    return RevokeSessionPayload(session_id=asked.session_id, replayed=replayed, errors=[])


async def revoke_all_sessions(operation: Operation, asked: RevokeAllSessionsInput) -> RevokeAllSessionsPayload:
    """End all of the caller's sessions, or all but the one that asks."""
    done = await sessions.revoke_all_sessions(
        operation.runtime, operation.principal, asked.idempotency_key, except_current=asked.except_current
    )
    if refused := done.result.refused:
        errors = [refusal_view(operation.catalog, refused)]
        return RevokeAllSessionsPayload(revoked=None, replayed=False, errors=errors)
    return RevokeAllSessionsPayload(revoked=done.result.count, replayed=done.replayed, errors=[])


async def create_socket_ticket(operation: Operation, asked: CreateSocketTicketInput) -> CreateSocketTicketPayload:
    """Make a ticket for a socket."""
    ticket = await create_ticket(operation.runtime, operation.principal, asked.idempotency_key)
    made = ticket.made
    if refused := made.result.refused:
        errors = [refusal_view(operation.catalog, refused)]
        return CreateSocketTicketPayload(ticket=None, expires_at=None, replayed=False, errors=errors)
    return CreateSocketTicketPayload(
        ticket=ticket.text, expires_at=made.result.expires_at, replayed=made.replayed, errors=[]
    )
