"""Tickets: they open one socket each, for clients that can set no header there (issue 3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.principals import Principal
from domain.refusals import Refusal
from services.authentication import CREDENTIAL_COLUMNS, HOLDS, admit
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime
from services.tokens import TOKEN_CHARACTERS_MAX, new_secret

TICKET_LASTS = timedelta(seconds=60)
_PREFIX = "alt_"

_PUT = """
INSERT INTO one_time_codes (code_hash, purpose, person_id, credential_id, expires_at)
VALUES ($1, 'TICKET', $2, $3, $4)
"""
# the row's lock lets one of many through; the others see that it was used
_USE = f"""
WITH used AS (
    UPDATE one_time_codes SET used_at = $2
    WHERE code_hash = $1 AND purpose = 'TICKET' AND used_at IS NULL AND expires_at > $2
    RETURNING credential_id
)
SELECT {CREDENTIAL_COLUMNS}
FROM used u JOIN credentials c ON c.id = u.credential_id LEFT JOIN persons p ON p.id = c.person_id
WHERE {HOLDS}
"""  # noqa: S608  (constant text)


@dataclass(frozen=True, slots=True)
class TicketMade:
    """Until when a ticket is good, or why there is none. Kept; the ticket itself is not."""

    expires_at: datetime | None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A new ticket. `text` is shown this once; None: it was shown before, or there is none."""

    text: str | None
    made: Once[TicketMade]

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"Ticket(made={self.made!r})"


async def create_ticket(runtime: Runtime, principal: Principal, key: str) -> Ticket:
    """Make a ticket that stands for the session that asks; it is good for a minute, and once.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.createSocketTicket")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None or principal.credential is None:
        raise Unauthenticated("A ticket stands for a session.")
    asked = requested(key, "createSocketTicket", {"session": str(principal.credential)})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    text, expires_at = _PREFIX + new_secret(), now + TICKET_LASTS
    try:
        async with runtime.database.transaction() as connection:

            async def make() -> TicketMade:
                await connection.execute(_PUT, _hash(text), person_id, principal.credential, expires_at)
                return TicketMade(expires_at)

            made = await once(connection, person_id, asked, TicketMade, make, now=now, keys_kept=kept)
    except KeyReused:
        return Ticket(None, Once(TicketMade(None, KEY_REUSED), replayed=False))
    return Ticket(None if made.replayed else text, made)


async def use_ticket(runtime: Runtime, text: str) -> Principal:
    """Take a ticket and find out for whom it stands: one statement. However many come with it, one gets in.

    Raises:
        Unauthenticated: it is none, was used, is too old, or its session has ended. Which of these is not told.
        Inactive: it is genuine, and its person is suspended or terminated.
    """
    if not text.startswith(_PREFIX) or len(text) > TOKEN_CHARACTERS_MAX or not text.isascii():
        raise _unknown()
    now = runtime.clock()
    row = await runtime.database.pool.fetchrow(_USE, _hash(text), now)
    if row is None:
        raise _unknown()
    return admit(row, now)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _unknown() -> Unauthenticated:
    return Unauthenticated("The ticket is unknown, expired or used.")
