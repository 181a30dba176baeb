"""Views of persons."""

from uuid import UUID

from resolvers import ids
from resolvers.operation import Operation
from schema.persons import Person


async def person(operation: Operation, id_: UUID) -> Person | None:
    """Load a person."""
    row = await operation.loaders.persons.load(id_)
    if row is None:
        return None
    standing, settings = row.standing, row.settings
    workspace = settings.default_workspace_id if settings else None
    return Person(
        id=ids.write(ids.PERSON, id_),
        display_name=row.display_name,
        email=row.email,
        status=standing.status if standing else None,
        status_reason=standing.reason if standing else None,
        status_until=standing.until if standing else None,
        locale=settings.locale if settings else None,
        time_zone=settings.time_zone if settings else None,
        default_workspace_id=ids.write(ids.WORKSPACE, workspace) if workspace else None,
        created_at=settings.created_at if settings else None,
    )


def colleague_view(id_: UUID, display_name: str, email: str | None = None) -> Person:
    """Show somebody to the administrators of an organisation that they are or were in: nothing else of them is."""
    return Person(
        id=ids.write(ids.PERSON, id_),
        display_name=display_name,
        email=email,
        status=None,
        status_reason=None,
        status_until=None,
        locale=None,
        time_zone=None,
        default_workspace_id=None,
        created_at=None,
    )


async def find_person(operation: Operation, id_: str) -> Person | None:
    """Find a person by their id."""
    uuid = ids.read(ids.PERSON, id_)
    return await person(operation, uuid) if uuid else None
