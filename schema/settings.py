"""Settings of the viewer in a workspace: names and values are the clients' own (B12)."""

import strawberry

from domain.settings import NAME_CHARACTERS_MAX, SETTINGS_MAX, VALUE_CHARACTERS_MAX

_NAMED = (
    f"Its name: at most {NAME_CHARACTERS_MAX} letters, digits, `_`, `.` and `-`, the first a small letter, such as "
    "`sidebar.width`."
)


@strawberry.type(description="A setting of the viewer in one workspace; other workspaces and members have theirs.")
class WorkspaceSetting:
    """One setting."""

    name: str = strawberry.field(description=_NAMED)
    value: str = strawberry.field(description=f"What it is set to: up to {VALUE_CHARACTERS_MAX} characters.")


@strawberry.input(description="A setting that is to have a value.")
class WorkspaceSettingInput:
    """One setting to be."""

    name: str = strawberry.field(description=_NAMED)
    value: str = strawberry.field(
        description=f"What it is set to: up to {VALUE_CHARACTERS_MAX} characters, whichever they are but NUL."
    )


SETTINGS_TOLD = f"At most {SETTINGS_MAX} are kept of a member in a workspace."
"""What clients are told of the limit."""
