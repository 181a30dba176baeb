"""Errors that a caller can mend. A business refusal is data (`domain.refusals`), never one of these."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID


class InvalidInput(ValueError):  # noqa: N818  (a plain noun, as its siblings)
    """An input that no state of the world would make acceptable; names the field (G5)."""

    def __init__(self, field: tuple[str, ...], problem: str) -> None:
        super().__init__(f"{'.'.join(field)}: {problem}")
        self.field = field
        self.problem = problem


class Unauthenticated(Exception):  # noqa: N818  (the field's standard term, and GraphQL's code)
    """No credential, or one that is unknown, expired or revoked: all alike to the outside."""


class Inactive(Exception):  # noqa: N818  (a plain noun, as its siblings)
    """The credential is genuine, and its person may not come in (A4). Told to nobody who has not proven who they are.

    `code` is stable; `reason` is what the operator gave; `until` ends it by itself, None: it does not.
    """

    def __init__(self, code: str, message: str, reason: str | None, until: datetime | None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.until = until


class Forbidden(Exception):  # noqa: N818  (the field's standard term, and GraphQL's code)
    """The caller's kind or scopes do not allow this act (G1); says what would."""


class RateLimited(Exception):  # noqa: N818  (the field's standard term, and GraphQL's code)
    """Too often from one address; the same may be asked again after so many seconds."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotFound(LookupError):  # noqa: N818  (the field's standard term, and GraphQL's code)
    """No such thing for this caller: unknown and foreign ids are indistinguishable (B11). Names the field."""

    def __init__(self, field: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.field = field


class PlatformNotSupported(Exception):  # noqa: N818  (what is the matter, and GraphQL's code)
    """An enterprise workspace of the caller's does not work from their surface (B13). Told to its members alone.

    `personal_workspace_id` is where they can go on; `surfaces` are those on which it works.
    """

    def __init__(self, personal_workspace_id: UUID | None, surfaces: Collection[str]) -> None:
        super().__init__(f"This workspace works from {' and '.join(surfaces)} only; go on in your personal workspace.")
        self.personal_workspace_id = personal_workspace_id
        self.surfaces = tuple(surfaces)
