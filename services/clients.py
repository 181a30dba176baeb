"""Approved clients: the list in force, its publication, and the check of a request (C4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from domain.authorization import permit
from domain.clients import (
    Client,
    ClientList,
    ClientProof,
    ClientVerdict,
    Shown,
    client_text,
    judge,
    problem_of,
    refuse_client,
)
from domain.errors import InvalidInput, Unauthenticated
from domain.principals import Principal
from domain.refusals import Refusal
from domain.usage import Surface
from feed.topics import CLIENTS_TOPIC
from models.database import Connection
from services.approved_clients import decode_clients, newest_list
from services.audit import record
from services.client_secrets import secret_of
from services.leaving import read_reason
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime
from services.violations import Attempt, KeyInUse, record_violation

# Publications wait for one another, so that versions are numbered without a gap; readers wait for nobody.
_LOCK = "LOCK TABLE client_lists IN SHARE ROW EXCLUSIVE MODE"
_PUBLISH = """
INSERT INTO client_lists (version, clients, reason, published_at, operator_id) VALUES ($1, $2, $3, $4, $5)
"""
_VERSION = "SELECT version, clients, published_at FROM client_lists WHERE version = $1"
_KEY_HASH = "SELECT encode(secret_hash, 'hex') FROM credentials WHERE id = $1"


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as an operator lists it. `renew_secret`: the secret that it has is not good any more."""

    id: str
    name: str
    proof: ClientProof
    renew_secret: bool = False


@dataclass(frozen=True, slots=True)
class ListPublished:
    """The version that was published, or why none was."""

    version: int | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of publishing; the secrets by client id, only those that were made now, and only this once."""

    published: Once[ListPublished]
    list: ClientList | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


async def client_list(runtime: Runtime) -> ClientList:
    """Give the list in force: for everybody. One statement, none when the process knows it."""
    return await runtime.clients.in_force(runtime.database, runtime.clock())


async def check_client(
    runtime: Runtime,
    key: KeyInUse,
    *,
    client: str | None,
    proof: str | None,
    product: str,
    surface: Surface,
    caller: UUID | None,
) -> Refusal | None:
    """Refuse a request of a program that may not use the coding benefit; record it, and restrict the key if need be.

    Products that are charged on another meter can be used with any program. An approved request costs no statement
    where the list is known, and one where it must be proven.

    Args:
        runtime: what verbs work with.
        key: the API key that it came with.
        client: what it says it is.
        proof: what it shows for that; see `domain.clients`.
        product: what is to be used, by its id in the catalog; one that is not there is not ours to refuse.
        surface: where from; kept with the violation.
        caller: the service that asks.
    """
    price = runtime.catalog.prices.get(product)
    if price is None or price.meter != runtime.catalog.policies.coding_meter:
        return None
    now, list_ = runtime.clock(), await client_list(runtime)
    named = list_.find(client) if client else None
    demanded = named is not None and named.proof is ClientProof.SIGNATURE and bool(proof)
    key_hash = await runtime.database.pool.fetchval(_KEY_HASH, key.id) if demanded else None
    shown = Shown(client, proof, key_hash or "", now)
    judged = judge(list_, shown, lambda client: secret_of(runtime, client))
    if judged.verdict is ClientVerdict.APPROVED:
        return None
    kept = client_text(client) if client else None
    attempt = Attempt(kept, judged.verdict, product, surface, list_.version, caller)
    restricted = await record_violation(runtime, key, attempt, now)
    return refuse_client(list_, shown, judged, restricted=restricted)


async def publish_client_list(
    runtime: Runtime, principal: Principal, clients: Sequence[NewClient], reason: str, key: str
) -> Publication:
    """Publish the next version of the list; it is in force at once, and no version is ever changed: seven statements.

    A client keeps its secret from one version to the next for as long as it must prove itself and nobody renews it.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: a client, the reason or the idempotency key is none.
    """
    permit(principal, "Mutation.publishClientList")
    operator, now = principal.subject, runtime.clock()
    if operator is None:
        raise Unauthenticated("Only operators publish.")
    read_reason(reason)
    check_new(clients)
    facts = [(each.id, each.name, each.proof, each.renew_secret) for each in clients]
    asked = requested(key, "publishClientList", {"clients": facts, "reason": reason})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:

            async def publish() -> ListPublished:
                return ListPublished(await _publish(runtime, connection, operator, clients, reason=reason, now=now))

            done = await once(connection, operator, asked, ListPublished, publish, now=now, keys_kept=kept)
    except KeyReused:
        return Publication(Once(ListPublished(refused=KEY_REUSED), replayed=False))
    row = await runtime.database.pool.fetchrow(_VERSION, done.result.version)
    list_ = ClientList(row["version"], decode_clients(row["clients"]), row["published_at"]) if row else None
    if list_ is None or done.replayed:
        return Publication(done, list_)
    await runtime.broker.wake([CLIENTS_TOPIC])
    made = [each for each in list_.clients if each.proof is ClientProof.SIGNATURE and each.key == list_.version]
    return Publication(done, list_, {each.id: secret_of(runtime, each) for each in made})


def check_new(clients: Sequence[NewClient]) -> tuple[Client, ...]:
    """Check a list that an operator gives.

    Raises:
        InvalidInput: names what is wrong.
    """
    listed = tuple(Client(each.id, each.name, each.proof) for each in clients)
    if problem := problem_of(listed):
        raise InvalidInput(("input", "clients"), problem)
    if any(each.renew_secret and each.proof is ClientProof.NONE for each in clients):
        raise InvalidInput(("input", "clients"), "must renew secrets only of clients that must prove themselves")
    return listed


async def _publish(
    runtime: Runtime,
    connection: Connection,
    operator: UUID,
    clients: Sequence[NewClient],
    *,
    reason: str,
    now: datetime,
) -> int:
    await connection.execute(_LOCK)
    before = await newest_list(connection, runtime.clients.default)
    version = before.version + 1
    known = {client.id: client for client in before.clients}
    listed = tuple(_with_key(each, known.get(each.id), version) for each in clients)
    after = ClientList(version, listed, now)
    stored = msgspec.json.encode(listed).decode()
    await connection.execute(_PUBLISH, version, stored, reason, now, operator)
    await record(
        connection,
        now,
        operator,
        "publishClientList",
        UUID(int=version),
        before=_facts(before),
        after=_facts(after),
        reason=reason,
    )
    return version


def _with_key(asked: NewClient, before: Client | None, version: int) -> Client:
    """Keep the secret, or make another one with this version."""
    client = Client(asked.id, asked.name, asked.proof)
    if asked.proof is ClientProof.NONE:
        return client
    keeps = before is not None and before.proof is ClientProof.SIGNATURE and before.key > 0 and not asked.renew_secret
    return replace(client, key=before.key if before and keeps else version)


def _facts(list_: ClientList) -> Mapping[str, object]:
    return {
        "version": list_.version,
        "clients": [{"id": each.id, "name": each.name, "proof": each.proof} for each in list_.clients],
    }
