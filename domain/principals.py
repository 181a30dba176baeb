"""Who calls (G1)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.usage import Surface


class Caller(StrEnum):
    """The kinds of callers. ADMIN and MEMBER are users seen from within an enterprise workspace (B3)."""

    ANONYMOUS = "ANONYMOUS"
    GUEST = "GUEST"
    USER = "USER"
    SERVICE = "SERVICE"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credential was accepted, or nobody.

    `subject` is the person's or the service account's id, and scopes idempotency keys. A service's `workspace_id`
    narrows it to one workspace; its `scopes` say what it may do at all.
    """

    caller: Caller
    subject: UUID | None = None
    credential: UUID | None = None
    scopes: frozenset[str] = frozenset()
    workspace_id: UUID | None = None
    surface: Surface | None = None
    """Where the client says that it runs (B13); None: it does not say. Not the credential's: of this request alone."""

    @property
    def person_id(self) -> UUID | None:
        """The person, where the caller is one: then only that person's things exist for it."""
        return self.subject if self.caller in (Caller.GUEST, Caller.USER) else None


ANONYMOUS = Principal(Caller.ANONYMOUS)
