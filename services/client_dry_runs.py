"""Dry runs: what a change of the list of approved clients would have refused, and what it would let in (C4).

Coding usage that was charged is in the ledger, with its client on the receipt; what was refused is among the
violations, for as long as those are kept. Both are counted by client within the database, so that the answer's size
depends on how many programs there are, never on how much they were used. Entries have no index by instant across
wallets, so all of them are read once or twice, on one connection, for a minute at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.authorization import permit
from domain.clients import ClientList, ClientProof, ClientVerdict, client_text
from domain.errors import InvalidInput
from domain.principals import Principal
from services.clients import NewClient, check_new
from services.runtime import Runtime

DAYS_MAX = 90
GROUPS_MAX = 500
"""Programs that are told apart, those that were used most."""
TIMEOUT_MS = 60_000

_TIMEOUT = f"SET LOCAL statement_timeout = {TIMEOUT_MS}"
_NAME = (
    r"left(regexp_replace(btrim(regexp_replace(lower(coalesce({}, '')), '\s+', ' ', 'g')), "
    r"'/v?[0-9][0-9a-z.+_-]*$', ''), 100)"
)
"""As `domain.clients.normal_name` does, but for letters that only casefolding knows."""
_CHARGED = f"""
    SELECT {_NAME.format("e.body #>> '{receipt,usage,client}'")} AS client, w.person_id
    FROM entries e JOIN wallets w ON w.id = e.wallet_id
    WHERE e.kind IN ('CONSUME', 'SETTLE') AND e.meter = $1 AND e.at >= $2 AND e.at < $3
"""  # noqa: S608  (constant text)
_USED = f"""
SELECT client, count(*) AS requests, count(DISTINCT person_id) AS persons FROM ({_CHARGED}) u
GROUP BY client ORDER BY count(*) DESC, client LIMIT {GROUPS_MAX}
"""  # noqa: S608  (constant text)
_PERSONS = f"""
SELECT count(DISTINCT person_id) FROM ({_CHARGED}) u WHERE client = ANY ($4::text[])
"""  # noqa: S608  (constant text)
_TRIED = f"""
SELECT {_NAME.format("client")} AS client, why, count(*) AS requests, count(DISTINCT person_id) AS persons
FROM violations WHERE at >= $1 AND at < $2 GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT {GROUPS_MAX}
"""  # noqa: S608  (constant text)


@dataclass(frozen=True, slots=True)
class ClientUse:
    """Requests of one program, under the name that they are compared by ("": none), and of how many people.

    `why`: what the list that is tried says of it. PROOF_MISSING: it would have had to prove itself.
    """

    client: str
    why: ClientVerdict
    requests: int
    persons: int


@dataclass(frozen=True, slots=True)
class ClientDryRun:
    """What the change would have meant in `[since, until)`, the most requests first.

    `refused` were charged; `allowed` were refused at that time. `persons` counts who is among `refused`, each once.
    """

    since: datetime
    until: datetime
    requests: int
    persons: int
    refused: tuple[ClientUse, ...]
    allowed: tuple[ClientUse, ...]


async def dry_run_client_list(
    runtime: Runtime, principal: Principal, clients: Sequence[NewClient], days: int
) -> ClientDryRun:
    """Try a list of clients on the last 1 to 90 days: four statements at most, and nothing is written.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: a client is none, or the days are too many or too few.
        asyncpg.QueryCanceledError: it took longer than a minute.
    """
    permit(principal, "Query.dryRunClientList")
    tried = ClientList(0, check_new(clients))
    if not 1 <= days <= DAYS_MAX:
        raise InvalidInput(("days",), f"must be from 1 to {DAYS_MAX}")
    until, meter = runtime.clock(), runtime.catalog.policies.coding_meter
    since = until - timedelta(days=days)
    now = await runtime.clients.in_force(runtime.database, until)
    async with runtime.database.transaction() as connection:
        await connection.execute(_TIMEOUT)
        used = await connection.fetch(_USED, meter, since, until)
        refused = [(row, why) for row in used if (why := _refused(row["client"], tried, now)) is not None]
        names = [row["client"] for row, _ in refused]
        persons: int = await connection.fetchval(_PERSONS, meter, since, until, names) if names else 0
        violations = await connection.fetch(_TRIED, since, until)
    return ClientDryRun(
        since,
        until,
        sum(row["requests"] for row in used),
        persons,
        tuple(_use(row["client"], why, row["requests"], row["persons"]) for row, why in refused),
        tuple(
            _use(row["client"], why, row["requests"], row["persons"])
            for row in violations
            if (why := _allowed(row["client"], ClientVerdict(row["why"]), tried)) is not None
        ),
    )


def _refused(name: str, tried: ClientList, now: ClientList) -> ClientVerdict | None:
    """Say why the tried list refuses what was charged; None: it does not. Who must prove itself already has."""
    if not name:
        return ClientVerdict.MISSING
    client, known = tried.find(name), now.find(name)
    if client is None:
        return ClientVerdict.UNKNOWN
    proves = known is not None and known.id == client.id and known.proof is ClientProof.SIGNATURE
    return ClientVerdict.PROOF_MISSING if client.proof is ClientProof.SIGNATURE and not proves else None


def _allowed(name: str, was: ClientVerdict, tried: ClientList) -> ClientVerdict | None:
    """Say what the tried list lets in of what was refused; None: nothing, or it would need what was not shown."""
    client = tried.find(name) if name else None
    if client is None:
        return None
    if client.proof is ClientProof.NONE:
        return ClientVerdict.APPROVED
    return ClientVerdict.PROOF_MISSING if was is ClientVerdict.UNKNOWN else None


def _use(name: str, why: ClientVerdict, requests: int, persons: int) -> ClientUse:
    return ClientUse(client_text(name), why, requests, persons)
