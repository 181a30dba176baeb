"""Coming in without registering."""

from domain.authorization import permit
from domain.refusals import Refusal
from resolvers import ids
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.guest_mutations import GuestSession, StartGuestSessionInput, StartGuestSessionPayload
from services.guests import start_guest


async def start_guest_session(operation: Operation, asked: StartGuestSessionInput) -> StartGuestSessionPayload:
    """Start a guest's session, unless too many were started from the caller's address."""
    permit(operation.principal, "Mutation.startGuestSession")
    operation.gate.admit_guest()
    started = await start_guest(operation.runtime, operation.principal, asked.idempotency_key, asked.locale)
    if isinstance(started, Refusal):
        errors = [refusal_view(operation.catalog, started)]
        return StartGuestSessionPayload(session=None, replayed=False, errors=errors)
    if started is None:
        return StartGuestSessionPayload(session=None, replayed=True, errors=[])
    session = GuestSession(
        token=started.token,
        expires_at=started.ends_at,
        wallet_id=ids.write(ids.WALLET, started.account.wallet_id),
        workspace_id=ids.write(ids.WORKSPACE, started.account.workspace_id),
    )
    return StartGuestSessionPayload(session=session, replayed=False, errors=[])
