"""Settings of the viewer in workspaces."""

from domain.authorization import permit
from domain.refusals import Refusal
from domain.settings import read_settings_change
from resolvers import ids
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from resolvers.workspaces import workspace
from schema.settings import WorkspaceSetting
from schema.switching import UpdateWorkspaceSettingsInput, UpdateWorkspaceSettingsPayload
from schema.workspaces import Workspace
from services.settings import NO_WORKSPACE, update_settings


async def settings_in(operation: Operation, of: Workspace) -> list[WorkspaceSetting]:
    """List the caller's settings in a workspace, sorted by name."""
    found = await operation.loaders.settings.load(of.uuid)
    return [WorkspaceSetting(name=setting.name, value=setting.value) for setting in found or ()]


async def update_workspace_settings(
    operation: Operation, asked: UpdateWorkspaceSettingsInput
) -> UpdateWorkspaceSettingsPayload:
    """Change the caller's settings in a workspace.

    Raises:
        InvalidInput: names the field.
    """
    principal = operation.principal
    permit(principal, "Mutation.updateWorkspaceSettings")
    change = read_settings_change([(setting.name, setting.value) for setting in asked.set_], asked.remove)
    workspace_id = ids.read(ids.WORKSPACE, asked.workspace_id)
    if workspace_id is None:
        return _refused(operation, NO_WORKSPACE)
    done = await update_settings(operation.runtime, principal, workspace_id, change, asked.idempotency_key)
    if done.result.refused:
        return _refused(operation, done.result.refused)
    operation.loaders.settings.clear_all()  # some may have been read before, in the same operation
    shown = await workspace(operation, workspace_id)
    return UpdateWorkspaceSettingsPayload(workspace=shown, replayed=done.replayed, errors=[])


def _refused(operation: Operation, refusal: Refusal) -> UpdateWorkspaceSettingsPayload:
    errors = [refusal_view(operation.catalog, refusal)]
    return UpdateWorkspaceSettingsPayload(workspace=None, replayed=False, errors=errors)
