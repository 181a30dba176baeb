"""Views of workspaces."""

from uuid import UUID

from domain.catalog import Catalog
from domain.workspaces import MemberRole, WorkspaceKind, is_excluded_from_training, surfaces_of
from resolvers import ids
from resolvers.operation import Operation
from schema.workspaces import Workspace
from services.reads import WorkspaceRow


def workspace_view(catalog: Catalog, row: WorkspaceRow) -> Workspace:
    """Show a workspace as its viewer sees it."""
    kind = WorkspaceKind(row.kind)
    return Workspace(
        id=ids.write(ids.WORKSPACE, row.id),
        uuid=row.id,
        wallet_id=row.wallet_id,
        kind=kind,
        name=row.name,
        role=MemberRole(row.role) if row.role else None,
        created_at=row.created_at,
        surfaces=list(surfaces_of(kind, catalog.policies.enterprise_surfaces)),
        excluded_from_training=is_excluded_from_training(kind),
    )


async def workspace(operation: Operation, id_: UUID) -> Workspace | None:
    """Load a workspace."""
    row = await operation.loaders.workspaces.load(id_)
    return workspace_view(operation.catalog, row) if row else None


async def find_workspace(operation: Operation, id_: str) -> Workspace | None:
    """Find a workspace by its id."""
    uuid = ids.read(ids.WORKSPACE, id_)
    return await workspace(operation, uuid) if uuid else None
