"""Views of sessions."""

from resolvers import ids
from resolvers.operation import Operation
from schema.sessions import Session
from services.sessions import SessionRow, sessions_of_viewer


def session_view(row: SessionRow) -> Session:
    """Show a session."""
    return Session(
        id=ids.write(ids.SESSION, row.id),
        label=row.label,
        current=row.current,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ends_at=row.ends_at,
    )


async def viewer_sessions(operation: Operation) -> list[Session]:
    """List the caller's sessions."""
    return [session_view(row) for row in await sessions_of_viewer(operation.runtime, operation.principal)]


async def find_session(operation: Operation, id_: str) -> Session | None:
    """Find a session by its id: people see their own, for as long as they are open."""
    return next((found for found in await viewer_sessions(operation) if found.id == id_), None)
