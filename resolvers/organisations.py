"""Views of organizations; finding one."""

from domain.authorization import permit
from domain.workspaces import WorkspaceKind
from resolvers import ids
from resolvers.operation import Operation
from resolvers.platforms import refuse_elsewhere
from resolvers.subscriptions import subscription_view
from resolvers.workspaces import workspace
from schema.organisations import Organization
from schema.workspaces import Workspace
from services.organisations import Organisation


def organisation_view(operation: Operation, row: Organisation) -> Organization:
    """Show an organization to one of its members.

    Raises:
        LookupError: the row was read for nobody in particular.
    """
    if row.role is None:
        raise LookupError("an organization is shown to its members alone")
    return Organization(
        id=ids.write(ids.ORGANISATION, row.id),
        uuid=row.id,
        workspace_uuid=row.workspace_id,
        name=row.name,
        workspace_id=ids.write(ids.WORKSPACE, row.workspace_id),
        created_at=row.created_at,
        viewer_role=row.role,
        subscription=subscription_view(row.subscription, operation.runtime.clock(), row.role),
    )


async def organization(operation: Operation, id_: str) -> Organization | None:
    """Find an organization that the caller is a member of; None: there is none of this id for them (B11).

    Raises:
        PlatformNotSupported: there is, but its workspace does not work where they are (B13).
    """
    permit(operation.principal, "Query.organization")
    found = await find_organization(operation, id_)
    if found is None:
        await refuse_elsewhere(operation, id_)
    return found


async def find_organization(operation: Operation, id_: str) -> Organization | None:
    """Find an organization that the caller is a member of by its id."""
    uuid = ids.read(ids.ORGANISATION, id_)
    row = await operation.loaders.organisations.load(uuid) if uuid else None
    return organisation_view(operation, row) if row else None


async def organization_of(operation: Operation, of: Workspace) -> Organization | None:
    """Find the organization of a workspace; None: it is personal, or the caller is no member."""
    if of.kind is not WorkspaceKind.ENTERPRISE:
        return None
    row = await operation.loaders.organisations_of_workspaces.load(of.uuid)
    return organisation_view(operation, row) if row else None


async def workspace_of(operation: Operation, organization: Organization) -> Workspace:
    """Find the workspace of an organization that the caller was shown.

    Raises:
        LookupError: its membership has ended since.
    """
    found = await workspace(operation, organization.workspace_uuid)
    if found is None:
        raise LookupError("the membership has ended while it was looked at")
    return found
