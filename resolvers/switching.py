"""Answers about switching to another workspace, and about settings in one (B12)."""

from domain.authorization import permit
from resolvers import ids, settings
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from resolvers.workspaces import workspace
from schema.switching import (
    SwitchWorkspaceInput,
    SwitchWorkspacePayload,
    UpdateWorkspaceSettingsInput,
    UpdateWorkspaceSettingsPayload,
)
from services.once import Once
from services.settings import NO_WORKSPACE
from services.switching import Switched, switch_workspace


class SwitchingMutations(Operation):
    """The context's part for these mutations."""

    @telling
    async def switch_workspace(self, asked: SwitchWorkspaceInput) -> SwitchWorkspacePayload:
        """Switch to a workspace."""
        return await _switch(self, asked)

    @telling
    async def update_workspace_settings(self, asked: UpdateWorkspaceSettingsInput) -> UpdateWorkspaceSettingsPayload:
        """Change settings in a workspace."""
        return await settings.update_workspace_settings(self, asked)


async def _switch(operation: Operation, asked: SwitchWorkspaceInput) -> SwitchWorkspacePayload:
    principal = operation.principal
    permit(principal, "Mutation.switchWorkspace")
    workspace_id = ids.read(ids.WORKSPACE, asked.workspace_id)
    done = Once(Switched(None, NO_WORKSPACE), replayed=False)
    if workspace_id is not None:
        done = await switch_workspace(operation.runtime, principal, workspace_id, asked.idempotency_key)
    place, refused = done.result.workspace_id, done.result.refused
    # what was read before, in the same operation, is older than the switch
    operation.loaders.persons.clear_all()
    operation.loaders.wallets.clear_all()
    return SwitchWorkspacePayload(
        workspace=await workspace(operation, place) if place else None,
        replayed=done.replayed and not refused,
        errors=[refusal_view(operation.catalog, refused)] if refused else [],
    )
