"""The viewer, and the accounts of services."""

from domain.authorization import permit
from resolvers import ids
from resolvers.operation import Operation
from resolvers.persons import person
from resolvers.workspaces import workspace_view
from schema.persons import Person
from schema.viewer import RateLimit, ServiceAccount, Viewer
from schema.workspaces import Workspace
from services.reads import service_account, workspaces_of_viewer


def viewer(operation: Operation) -> Viewer:
    """Tell who calls."""
    principal = operation.principal
    permit(principal, "Query.viewer")
    return Viewer(caller=principal.caller, scopes=sorted(principal.scopes))


async def viewer_person(operation: Operation) -> Person | None:
    """Find the calling person."""
    id_ = operation.principal.person_id
    return await person(operation, id_) if id_ else None


async def viewer_service(operation: Operation) -> ServiceAccount | None:
    """Find the calling service's account."""
    found = await service_account(operation.runtime, operation.principal)
    return ServiceAccount(id=ids.write(ids.SERVICE, found[0]), name=found[1]) if found else None


async def viewer_workspaces(operation: Operation) -> list[Workspace]:
    """List the workspaces that the caller works in."""
    rows = await workspaces_of_viewer(operation.runtime, operation.principal)
    return [workspace_view(operation.catalog, row) for row in rows]


def viewer_rate_limit(operation: Operation) -> RateLimit | None:
    """Tell how many requests the caller may still make."""
    rate = operation.gate.rate
    return RateLimit(limit=rate.limit, remaining=rate.remaining, resets_at=rate.resets_at) if rate else None


async def find_service_account(operation: Operation, id_: str) -> ServiceAccount | None:
    """Find a service account by its id: nobody sees any but its own."""
    found = await viewer_service(operation)
    return found if found and found.id == id_ else None
