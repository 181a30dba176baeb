"""Workspaces: what they are for, what a person may do in them, where they work (B3, B11, B13, B14)."""

from collections.abc import Collection
from enum import StrEnum

from domain.usage import Surface


class WorkspaceKind(StrEnum):
    """Every person has one PERSONAL workspace, every organisation one ENTERPRISE workspace."""

    PERSONAL = "PERSONAL"
    ENTERPRISE = "ENTERPRISE"


class MemberRole(StrEnum):
    """OWNER in one's personal workspace, ADMIN or MEMBER in an enterprise workspace (B3)."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


def surfaces_of(kind: WorkspaceKind, enterprise_surfaces: Collection[Surface]) -> tuple[Surface, ...]:
    """List the surfaces on which a workspace works (B13): a personal one on all, an enterprise one by policy."""
    return tuple(Surface) if kind is WorkspaceKind.PERSONAL else tuple(s for s in Surface if s in enterprise_surfaces)


def is_excluded_from_training(kind: WorkspaceKind) -> bool:
    """Tell whether what happens in a workspace is never used for training (B14): constant, by its kind."""
    return kind is WorkspaceKind.ENTERPRISE
