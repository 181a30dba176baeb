"""Reads for the graph's loaders: one statement each, whatever the number of ids; only what the caller may see (B11).

What is due is written before it is read (F2, F10): so a balance never depends on whether the worker has run.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.authorization import permit
from domain.balances import Balance
from domain.benefits import Benefits
from domain.commands import Advance
from domain.errors import Forbidden, Unauthenticated
from domain.persons import Locale, PersonStatus
from domain.principals import Caller, Principal
from domain.status import Standing
from domain.tasks import Task
from models.ledger_load import benefits_of
from services.platforms import enterprise_works
from services.posting import Posting
from services.runtime import Runtime

_BALANCES = msgspec.json.Decoder(tuple[Balance, ...])
_ALLOWANCES = msgspec.json.Decoder(list[Allowance])
_TASK = msgspec.json.Decoder(Task)


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace as its viewer sees it; role and wallet are the viewer's own, None for a service."""

    id: UUID
    kind: str
    name: str
    role: str | None
    created_at: datetime
    wallet_id: UUID | None


@dataclass(frozen=True, slots=True)
class WalletRow:
    """A wallet's figures, true at entry `last_entry`, which took effect `at`. `allowances` are those in force."""

    id: UUID
    workspace_id: UUID
    person_id: UUID
    last_entry: int
    at: datetime
    balances: tuple[Balance, ...]
    allowances: Mapping[int, Allowance]
    benefits: Benefits


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person; e-mail, standing and settings are for themselves and for operators, None for others."""

    id: UUID
    display_name: str
    email: str | None
    standing: Standing | None
    settings: "PersonSettings | None"


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """How a person is spoken to and where they begin; `created_at` is when they came, as a guest perhaps."""

    locale: Locale
    time_zone: str
    default_workspace_id: UUID | None
    created_at: datetime


def wallet_is_visible(wallet: str) -> str:
    """Write the condition under which a wallet exists for a caller, over $2, $3, $4: what `visible_to` gives.

    A person's own wallet does while they are a member of its workspace and that works where they are (B13), a
    service's within its workspace.
    """
    return f"""
        ($2::uuid IS NULL OR EXISTS (SELECT FROM members m
            WHERE m.workspace_id = {wallet}.workspace_id AND m.person_id = {wallet}.person_id
                AND m.left_at IS NULL AND {wallet}.person_id = $2))
        AND ($3::uuid IS NULL OR {wallet}.workspace_id = $3) AND ($4::boolean OR NOT {wallet}.enterprise)
    """


_VISIBLE = wallet_is_visible("w")

_WORKSPACES = """
SELECT s.id, s.kind, s.name, s.created_at, m.role, w.id AS wallet_id
FROM workspaces s
LEFT JOIN members m ON m.workspace_id = s.id AND m.person_id = $2 AND m.left_at IS NULL
LEFT JOIN wallets w ON w.workspace_id = s.id AND w.person_id = m.person_id
WHERE ($2::uuid IS NULL OR m.person_id IS NOT NULL) AND ($3::uuid IS NULL OR s.id = $3)
    AND ($4::boolean OR s.kind = 'PERSONAL')
"""

_WALLETS = f"""
SELECT w.id, w.workspace_id, w.person_id, w.last_entry, w.last_at, w.next_due_at, w.balances, w.benefits_until,
    w.suspended, w.concurrency_max,
    (SELECT json_agg(row_to_json(a)) FROM allowances a WHERE a.wallet_id = w.id AND a.ends_at IS NULL) AS allowances
FROM wallets w
WHERE w.id = ANY ($1::uuid[]) AND {_VISIBLE}
"""  # noqa: S608  (constant text)

_RUNNING_TASKS = f"""
SELECT t.wallet_id, t.body FROM tasks t JOIN wallets w ON w.id = t.wallet_id
WHERE t.wallet_id = ANY ($1::uuid[]) AND t.status = 'RUNNING' AND {_VISIBLE}
ORDER BY t.started_at, t.id
"""  # noqa: S608  (constant text)

_TASKS = f"""
SELECT t.wallet_id, t.body FROM tasks t JOIN wallets w ON w.id = t.wallet_id
WHERE t.id = ANY ($1::uuid[]) AND {_VISIBLE}
"""  # noqa: S608  (constant text)

_ALL_ALLOWANCES = f"""
SELECT w.id, json_agg(row_to_json(a)) AS allowances FROM allowances a JOIN wallets w ON w.id = a.wallet_id
WHERE w.id = ANY ($1::uuid[]) AND {_VISIBLE}
GROUP BY w.id
"""  # noqa: S608  (constant text)

_PERSONS = """
SELECT p.id, p.display_name, p.email, p.status, p.status_reason, p.status_until,
    p.locale, p.time_zone, p.default_workspace_id, p.created_at
FROM persons p
WHERE p.id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR p.id = $2)
    AND ($3::uuid IS NULL OR EXISTS (SELECT FROM wallets w WHERE w.person_id = p.id AND w.workspace_id = $3))
"""

_SERVICE_ACCOUNT = "SELECT id, name FROM service_accounts WHERE id = $1"


async def workspaces_of_viewer(runtime: Runtime, principal: Principal) -> tuple[WorkspaceRow, ...]:
    """List the workspaces that the caller works in where they are: personal first, then by name. A service has none."""
    permit(principal, "Query.viewer")
    if principal.person_id is None:
        return ()
    sql = f"{_WORKSPACES} AND $1::uuid[] IS NULL ORDER BY s.kind DESC, s.name, s.id"
    works = enterprise_works(runtime, principal)
    rows = await runtime.database.pool.fetch(sql, None, principal.person_id, None, works)
    return tuple(WorkspaceRow(**dict(row)) for row in rows)


async def workspaces(runtime: Runtime, principal: Principal, ids: Collection[UUID]) -> dict[UUID, WorkspaceRow]:
    """Load workspaces that the caller may see."""
    _permit_read(principal)
    sql = f"{_WORKSPACES} AND s.id = ANY ($1::uuid[])"
    rows = await runtime.database.pool.fetch(sql, list(ids), *visible_to(runtime, principal))
    return {row["id"]: WorkspaceRow(**dict(row)) for row in rows}


async def wallets(runtime: Runtime, principal: Principal, ids: Collection[UUID]) -> dict[UUID, WalletRow]:
    """Load wallets that the caller may see, with the figures of this instant.

    One statement; where something is due, what is due is written first and the statement is repeated.
    """
    _permit_read(principal)
    arguments = (list(ids), *visible_to(runtime, principal))
    rows = await runtime.database.pool.fetch(_WALLETS, *arguments)
    now = runtime.clock()
    due = [row["id"] for row in rows if row["next_due_at"] is not None and row["next_due_at"] <= now]
    if due:
        await asyncio.gather(*(runtime.poster.submit(Posting(Advance(), id_)) for id_ in due))
        rows = await runtime.database.pool.fetch(_WALLETS, *arguments)
    return {
        row["id"]: WalletRow(
            row["id"],
            row["workspace_id"],
            row["person_id"],
            row["last_entry"],
            row["last_at"],
            _BALANCES.decode(row["balances"]),
            by_number(row["allowances"]),
            benefits_of(row),
        )
        for row in rows
    }


async def running_tasks(
    runtime: Runtime, principal: Principal, wallet_ids: Collection[UUID]
) -> dict[UUID, tuple[Task, ...]]:
    """Load the running tasks of wallets, the oldest first. A policy bounds how many a wallet may have."""
    _permit_read(principal)
    rows = await runtime.database.pool.fetch(_RUNNING_TASKS, list(wallet_ids), *visible_to(runtime, principal))
    found: dict[UUID, list[Task]] = {}
    for row in rows:
        found.setdefault(row["wallet_id"], []).append(_TASK.decode(row["body"]))
    return {wallet_id: tuple(tasks) for wallet_id, tasks in found.items()}


async def tasks(runtime: Runtime, principal: Principal, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, Task]]:
    """Load tasks that the caller may see, each with its wallet's id."""
    rows = await runtime.database.pool.fetch(_TASKS, list(ids), *visible_to(runtime, principal))
    found = ((row["wallet_id"], _TASK.decode(row["body"])) for row in rows)
    return {task.id: (wallet_id, task) for wallet_id, task in found}


async def allowances(
    runtime: Runtime, principal: Principal, wallet_ids: Collection[UUID]
) -> dict[UUID, Mapping[int, Allowance]]:
    """Load all allowances that wallets ever had, by number."""
    rows = await runtime.database.pool.fetch(_ALL_ALLOWANCES, list(wallet_ids), *visible_to(runtime, principal))
    return {row["id"]: by_number(row["allowances"]) for row in rows}


async def persons(runtime: Runtime, principal: Principal, ids: Collection[UUID]) -> dict[UUID, PersonRow]:
    """Load persons that the caller may see; an operator sees everybody."""
    _permit_read(principal)
    operator = principal.caller is Caller.OPERATOR
    narrowed = (None, None) if operator else visible_to(runtime, principal)[:2]
    rows = await runtime.database.pool.fetch(_PERSONS, list(ids), *narrowed)
    now, all_of_it = runtime.clock(), operator or principal.person_id is not None
    return {row["id"]: _person(row, now) if all_of_it else _stranger(row) for row in rows}


async def service_account(runtime: Runtime, principal: Principal) -> tuple[UUID, str] | None:
    """Load the calling service's own account; None: the caller is no service."""
    permit(principal, "Query.viewer")
    if principal.caller is not Caller.SERVICE:
        return None
    row = await runtime.database.pool.fetchrow(_SERVICE_ACCOUNT, principal.subject)
    return (row["id"], row["name"]) if row else None


def visible_to(runtime: Runtime, principal: Principal) -> tuple[UUID | None, UUID | None, bool]:
    """Give what narrows every statement here: the caller's person and workspace, and whether enterprise ones work.

    Raises:
        Unauthenticated: for nobody, nothing exists.
        Forbidden: operators see no workspace from within.
    """
    if principal.subject is None:
        raise Unauthenticated("This needs a credential: send an Authorization header with a bearer token.")
    if principal.caller is Caller.OPERATOR:
        raise Forbidden("Workspaces and wallets are not for operators.")
    return principal.person_id, principal.workspace_id, enterprise_works(runtime, principal)


def by_number(rows: str | None) -> dict[int, Allowance]:
    """Decode a JSON array of allowances."""
    return {allowance.number: allowance for allowance in _ALLOWANCES.decode(rows or "[]")}


def _person(row: asyncpg.Record, now: datetime) -> PersonRow:
    standing = Standing(PersonStatus(row["status"]), row["status_reason"], row["status_until"])
    settings = PersonSettings(Locale(row["locale"]), row["time_zone"], row["default_workspace_id"], row["created_at"])
    return PersonRow(row["id"], row["display_name"], row["email"], standing.at(now), settings)


def _stranger(row: asyncpg.Record) -> PersonRow:
    return PersonRow(row["id"], row["display_name"], None, None, None)


def _permit_read(principal: Principal) -> None:
    """A person sees what is theirs; a service needs its scope, whichever field it comes through."""
    permit(principal, "Query.viewer" if principal.person_id else "Query.node")
