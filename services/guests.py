"""Guests: people who have not registered (A1). What becomes of them is `services.signing_in` or erasure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.catalog import Catalog
from domain.commands import OpenGrant
from domain.grants import GrantKind
from domain.persons import Locale, PersonKind
from domain.pricing import price
from domain.principals import Principal
from domain.refusals import Refusal
from feed.topics import access_topic
from models.credentials import CredentialKind
from models.database import Connection
from services.accounts import Account, Profile, open_account
from services.credentials import put_session
from services.erasing import erase
from services.once import KEY_REUSED, KeyReused, once
from services.posting import Posting, post
from services.requests import requested
from services.runtime import Runtime

GUESTS_ERASED_PER_ROUND_MAX = 100
GUEST_NAME = "Guest"
GUEST_SOURCE = "guest"
"""Source of the grant of free messages."""

_ANYBODY = UUID(int=0)
"""Scopes the keys of callers without a credential: nobody is told apart, and so a result names nothing."""
_TIME_ZONE = "UTC"
_LABEL = "Guest session"
_OLD = """
SELECT id FROM persons WHERE kind = 'GUEST' AND status <> 'DELETED' AND created_at <= $1
ORDER BY created_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class GuestStarted:
    """A guest's account and session. `token` is shown this once."""

    account: Account
    credential_id: UUID
    token: str
    ends_at: datetime

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"GuestStarted(account={self.account!r})"


@dataclass(frozen=True, slots=True)
class _Done:
    """All that is kept of a request to start: a token is kept nowhere, and strangers may choose the same key."""


async def start_guest(
    runtime: Runtime, principal: Principal, key: str, locale: Locale
) -> GuestStarted | Refusal | None:
    """Let somebody in without registering: an account, the free messages, a session; all or nothing.

    Returns None where the key was used before: the token was shown then, and is not shown again.

    Raises:
        Forbidden: the caller has a credential, and needs no other.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.startGuestSession")
    asked, now, policies = (
        requested(key, "startGuestSession", {"locale": locale}),
        runtime.clock(),
        runtime.catalog.policies,
    )
    started: list[GuestStarted] = []

    async def start() -> _Done:
        started.append(await _start(connection, runtime, now, locale))
        return _Done()

    try:
        async with runtime.database.transaction() as connection:
            kept = timedelta(days=policies.idempotency_retention_days)
            await once(connection, _ANYBODY, asked, _Done, start, now=now, keys_kept=kept)
    except KeyReused:
        return KEY_REUSED
    return started[0] if started else None


async def _start(connection: Connection, runtime: Runtime, now: datetime, locale: Locale) -> GuestStarted:
    catalog = runtime.catalog
    ends_at = now + timedelta(days=catalog.policies.guest_data_days)
    account = await open_account(connection, now, PersonKind.GUEST, Profile(GUEST_NAME, locale, _TIME_ZONE))
    await post(connection, [Posting(_free_messages(catalog, ends_at), account.wallet_id)], lambda: now)
    kind = CredentialKind.GUEST_SESSION
    issued = await put_session(
        connection, now, account.person_id, _LABEL, expires_at=ends_at, ends_at=ends_at, kind=kind
    )
    return GuestStarted(account, issued.id, issued.token, ends_at)


def _free_messages(catalog: Catalog, ends_at: datetime) -> OpenGrant:
    policies = catalog.policies
    rule = catalog.prices[policies.guest_product]
    amount = price(rule, policies.guest_messages)
    return OpenGrant(rule.meter, GrantKind.GUEST, amount, ends_at, GUEST_SOURCE)


async def erase_old_guests(runtime: Runtime) -> int:
    """Erase up to 100 guests that are as old as the policy allows, and return how many: call again while it is not 0.

    Their ledgers stay, without anything that says whose they were, so that every sum can still be proven (F2).
    """
    now = runtime.clock()
    before = now - timedelta(days=runtime.catalog.policies.guest_data_days)
    async with runtime.database.transaction() as connection:
        rows = await connection.fetch(_OLD, before, GUESTS_ERASED_PER_ROUND_MAX)
        guests = [row["id"] for row in rows]
        if guests:
            await erase(connection, guests, now)
    if guests:
        await runtime.broker.wake([access_topic(guest) for guest in guests])
    return len(guests)
