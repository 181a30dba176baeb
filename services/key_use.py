"""Who pays for what a gateway reports: a wallet by its id, or that of an API key which a program showed (C3, C4)."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from domain.errors import Forbidden, InvalidInput
from domain.principals import Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.traits import normal_address
from services.api_keys import KEY_INVALID, KeyFound, find_key
from services.clients import check_client
from services.runtime import Runtime
from services.usage_reports import UsageReport

SEEN_EVERY: Final = timedelta(minutes=1)
"""A key's use is written at most this often."""

_SEEN: Final = """
UPDATE credentials SET last_seen_at = greatest($2, created_at), last_client = $3, last_address = $5
WHERE id = $1 AND (last_seen_at IS NULL OR last_seen_at <= $2::timestamptz - $4::interval)
"""

_ADDRESS: Final = "key-address"
"""Purpose of the hashes: they can be compared with one another, and with no others."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Payer:
    """The wallet that pays, and the key by which it was named, if it was."""

    wallet_id: UUID
    key: KeyFound | None = None


def check_payer(principal: Principal, wallet_id: object | None, api_key: str | None) -> None:
    """See that a report says who pays in exactly one way.

    Raises:
        InvalidInput: it says it twice, or not at all.
        Forbidden: keys are passed on by services alone.
    """
    if wallet_id is None and api_key is None:
        raise InvalidInput(("input", "walletId"), "must be given, unless apiKey is")
    if wallet_id is not None and api_key is not None:
        raise InvalidInput(("input", "apiKey"), "must not be given together with walletId")
    if api_key is not None and principal.caller is not Caller.SERVICE:
        raise Forbidden("Only services pass API keys on.")


async def payer_of(runtime: Runtime, principal: Principal, report: UsageReport) -> Payer | Refusal:
    """Find out who pays for a report: by key one statement, and one more where the client must prove what it is.

    Refuses KEY_INVALID, KEY_RESTRICTED, KEY_OUT_OF_SCOPE, and what `check_client` refuses (C4). A key outside of the
    workspace that the service is narrowed to does not exist for it (B11).

    Raises:
        InvalidInput: the report says who pays twice, or not at all.
        Forbidden: keys are passed on by services alone.
    """
    check_payer(principal, report.wallet_id, report.api_key)
    if report.wallet_id is not None:
        return Payer(report.wallet_id)
    found = await find_key(runtime, report.api_key or "")
    if isinstance(found, Refusal):
        return found
    if principal.workspace_id not in (None, found.workspace_id):
        return KEY_INVALID
    refused = _restricted(found) or _out_of_scope(found, report.product)
    refused = refused or await check_client(
        runtime,
        found,
        client=report.client,
        proof=report.proof,
        product=report.product,
        surface=report.surface,
        caller=principal.subject,
    )
    return refused or Payer(found.wallet_id, found)


async def note_use(runtime: Runtime, payer: Payer, report: UsageReport) -> None:
    """Write when, by which program and from where a key was used.

    At most once a minute, and no charge fails because of it. Of the address a keyed hash is written.
    """
    key, now = payer.key, runtime.clock()
    if key is None or (key.seen_at is not None and key.seen_at > now - SEEN_EVERY):
        return
    place = normal_address(report.address) if report.address else None
    address = runtime.client_secrets.of(_ADDRESS, place) if place else None
    try:
        await runtime.database.pool.execute(_SEEN, key.id, now, report.client, SEEN_EVERY, address)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        _log.warning("the use of an API key could not be noted", exc_info=True)


def _restricted(key: KeyFound) -> Refusal | None:
    if key.restricted is None:
        return None
    return Refusal(
        RefusalCode.KEY_RESTRICTED,
        f"The API key is restricted: {key.restricted.rstrip('.')}. Use an approved client; support can lift that.",
        ("apiKey",),
        facts={"reason": key.restricted},
    )


def _out_of_scope(key: KeyFound, product: str) -> Refusal | None:
    if not key.scopes or product in key.scopes:
        return None
    scopes = " ".join(sorted(key.scopes))
    return Refusal(
        RefusalCode.KEY_OUT_OF_SCOPE,
        f"The API key is for {', '.join(sorted(key.scopes))} only: its owner can make one for {product}.",
        ("apiKey",),
        facts={"scopes": scopes},
    )
