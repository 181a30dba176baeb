"""Switching to another workspace, and settings in one (B12)."""

from typing import Annotated, Protocol

import strawberry

from schema.fields import mutation
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD
from schema.settings import SETTINGS_TOLD, WorkspaceSettingInput
from schema.workspaces import Workspace


@strawberry.input(description="Where to go on.")
class SwitchWorkspaceInput:
    """Input of `Mutation.switchWorkspace`."""

    workspace_id: strawberry.ID = strawberry.field(description="One of the viewer's workspaces: `wsp_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `switchWorkspace`: all that a page needs to repaint, or refusals.")
class SwitchWorkspacePayload:
    """Payload of `Mutation.switchWorkspace`."""

    workspace: Workspace | None = strawberry.field(
        description=(
            "The workspace to show: with its role, figures, benefits and settings. Refused with "
            "`PLATFORM_NOT_SUPPORTED`, it is the personal one; null: refused otherwise, or left since."
        )
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="What is to be different in one's settings in a workspace; the others stay as they are.")
class UpdateWorkspaceSettingsInput:
    """Input of `Mutation.updateWorkspaceSettings`."""

    workspace_id: strawberry.ID = strawberry.field(description="One of the viewer's workspaces: `wsp_…`.")
    set_: list[WorkspaceSettingInput] = strawberry.field(
        name="set", default_factory=list, description=f"What is to have a value, each name once. {SETTINGS_TOLD}"
    )
    remove: list[str] = strawberry.field(
        default_factory=list, description="Names of what is to go; what is not there is gone already. At most 50."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `updateWorkspaceSettings`: the workspace with its settings, or refusals.")
class UpdateWorkspaceSettingsPayload:
    """Payload of `Mutation.updateWorkspaceSettings`."""

    workspace: Workspace | None = strawberry.field(description="The workspace as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def switch_workspace(self, asked: SwitchWorkspaceInput) -> SwitchWorkspacePayload:
        """Switch to a workspace."""

    async def update_workspace_settings(self, asked: UpdateWorkspaceSettingsInput) -> UpdateWorkspaceSettingsPayload:
        """Change settings in a workspace."""


@strawberry.type
class SwitchingMutations:
    """Part of the root of mutations."""

    @mutation
    async def switch_workspace(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[SwitchWorkspaceInput, strawberry.argument(name="input", description="Where to go on.")],
    ) -> SwitchWorkspacePayload:
        """Goes on in another workspace: the answer has all that a page needs to repaint.

        For people. They begin there from now on, and their other open pages are told in the feed of the personal
        workspace: a notice of kind `WORKSPACE_SWITCHED`. Who is there already changes nothing and tells nobody.
        """
        return await info.context.switch_workspace(asked)

    @mutation
    async def update_workspace_settings(
        self,
        info: strawberry.Info[MutationsAsked, None],
        asked: Annotated[
            UpdateWorkspaceSettingsInput, strawberry.argument(name="input", description="What is to be different.")
        ],
    ) -> UpdateWorkspaceSettingsPayload:
        """Changes settings of the viewer in one workspace: all that is asked, or nothing.

        For registered people. Nothing of it shows in any other workspace, nor to any other member.
        """
        return await info.context.update_workspace_settings(asked)
