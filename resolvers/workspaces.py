"""Views of workspaces."""

from uuid import UUID

from resolvers import ids
from resolvers.operation import Operation
from schema.workspaces import MemberRole, Workspace, WorkspaceKind
from services.reads import WorkspaceRow


def workspace_view(row: WorkspaceRow) -> Workspace:
    """Show a workspace as its viewer sees it."""
    return Workspace(
        id=ids.write(ids.WORKSPACE, row.id),
        wallet_id=row.wallet_id,
        kind=WorkspaceKind(row.kind),
        name=row.name,
        role=MemberRole(row.role) if row.role else None,
        created_at=row.created_at,
    )


async def workspace(operation: Operation, id_: UUID) -> Workspace | None:
    """Load a workspace."""
    row = await operation.loaders.workspaces.load(id_)
    return workspace_view(row) if row else None


async def find_workspace(operation: Operation, id_: str) -> Workspace | None:
    """Find a workspace by its id."""
    uuid = ids.read(ids.WORKSPACE, id_)
    return await workspace(operation, uuid) if uuid else None
