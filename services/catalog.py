"""Loading of the catalog: what the files say becomes immutable numbered versions in the database (A7).

Plans may say when they take effect. What raises a price, or gives less, must say so in time; until then the former
plans are in force. A process works with the catalog that was in force when it started: it is started anew to switch.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from domain.catalog import DOCUMENTS, Catalog, CatalogError, Document, parse_catalog, parse_plans
from domain.plan_changes import unannounced
from domain.plans import Plan
from models.database import Connection

_log = logging.getLogger(__name__)

_LOCK = 0x616C6C6F745F6361  # "allot_ca": the key of the advisory lock that loaders take in turn

_NEWEST = """
    SELECT DISTINCT ON (document) document, version, content
    FROM catalog_versions
    WHERE document = ANY($1::text[])
    ORDER BY document, version DESC
"""
_BEFORE = """
    SELECT document, version, content FROM catalog_versions
    WHERE document = 'plans' AND version < $1 ORDER BY version DESC LIMIT 1
"""
_STORE = """
    INSERT INTO catalog_versions (document, version, content, sha256, loaded_at)
    SELECT document, version, content, sha256, $5
    FROM unnest($1::text[], $2::integer[], $3::text[], $4::bytea[]) AS given (document, version, content, sha256)
"""


async def load_catalog(connection: Connection, documents: Mapping[str, str], now: datetime) -> Catalog:
    """Store each document that differs from its newest version as the next one, and return the catalog in force.

    Checked before anything is stored, so bad documents change nothing. What is stored already costs one SELECT, and one
    more for each version of the plans that is not in force yet. A document that is not given stays as it is.

    Args:
        connection: outside a transaction, or inside one at READ COMMITTED (what the lock waited for must be seen).
        documents: TOML texts by name without ".toml", as `read_folder` gives them.
        now: the instant noted with new versions, at which the catalog is in force.

    Raises:
        CatalogError: the documents, together with the stored ones that are not given, make no catalog; or the plans
            raise something without the notice that people are due.
    """
    stored = await _newest(connection)
    if not _changed(stored, documents):
        return await _in_force(connection, stored, now)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        stored = await _newest(connection)  # again, for another loader may have had the lock
        changed = _changed(stored, documents)
        newest = {**stored, **changed}
        catalog = await _in_force(connection, newest, now)
        if "plans" in changed:
            await _check_notice(connection, stored, parse_catalog(newest.values()), now)
        if changed:
            await _store(connection, changed, now)
    return catalog


async def current_catalog(connection: Connection, now: datetime) -> Catalog:
    """Return the catalog that is in force at an instant: of the newest versions, of plans of those in effect.

    Raises:
        CatalogError: none is stored yet, or what is stored is no catalog for this version of the program.
    """
    return await _in_force(connection, await _newest(connection), now)


def read_folder(folder: Path) -> dict[str, str]:
    """Read all TOML documents of a folder, by name without ".toml".

    Raises:
        CatalogError: some of them are not UTF-8; names them all.
    """
    documents: dict[str, str] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            documents[path.stem] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"{path.name}: is not UTF-8 at byte {error.start}")
    if problems:
        raise CatalogError(problems)
    return documents


async def _newest(connection: Connection) -> dict[str, Document]:
    """Only documents of today's catalog: one that was given up is stored for ever, but means nothing any more."""
    rows = await connection.fetch(_NEWEST, DOCUMENTS)
    return {row["document"]: Document(row["document"], row["version"], row["content"]) for row in rows}


async def _in_force(connection: Connection, documents: Mapping[str, Document], now: datetime) -> Catalog:
    """Parse documents, with the newest plans that are in effect; the very first are, whatever they say."""
    catalog = newest = parse_catalog(documents.values())
    while catalog.plans_effective_at is not None and catalog.plans_effective_at > now:
        older = await _before(connection, documents["plans"].version)
        if older is None:
            break
        documents = {**documents, "plans": older}
        catalog = parse_catalog(documents.values())
    if catalog is not newest:
        _log.warning(
            "plans of %s are not in force yet: start this process anew then, and announce what they change",
            newest.plans_effective_at,
        )
    return catalog


async def _check_notice(connection: Connection, stored: Mapping[str, Document], new: Catalog, now: datetime) -> None:
    """Compare new plans with those in force, and with those that were to be.

    Raises:
        CatalogError: names what rises without notice.
    """
    problems: dict[str, None] = {}
    notice = timedelta(days=new.policies.change_notice_days)
    document = stored.get("plans")
    while document is not None:
        former = _former({**stored, "plans": document}, new)
        if former is None:
            _log.warning("plans of version %s are of another program: nobody can say what rises", document.version)
            break
        plans, effective_at = former
        found = unannounced(plans, new.plans, effective_at=new.plans_effective_at, now=now, notice=notice)
        problems |= dict.fromkeys(found)
        if effective_at is None or effective_at <= now:
            break
        document = await _before(connection, document.version)
    if problems:
        raise CatalogError(problems)


def _former(documents: Mapping[str, Document], new: Catalog) -> tuple[Mapping[str, Plan], datetime | None] | None:
    """Read former plans beside the documents of their time, or else beside those of today; None: neither goes."""
    try:
        old = parse_catalog(documents.values())
    except CatalogError:
        try:
            return parse_plans(documents["plans"].text, documents["plans"].version, new), None
        except CatalogError:
            return None
    return old.plans, old.plans_effective_at


async def _before(connection: Connection, version: int) -> Document | None:
    row = await connection.fetchrow(_BEFORE, version)
    return Document(row["document"], row["version"], row["content"]) if row else None


def _changed(stored: Mapping[str, Document], documents: Mapping[str, str]) -> dict[str, Document]:
    """Give the next version of each document whose text is not that of the newest one."""
    changed: dict[str, Document] = {}
    for name, text in documents.items():
        newest = stored.get(name)
        if newest is None or newest.text != text:
            changed[name] = Document(name, newest.version + 1 if newest else 1, text)
    return changed


async def _store(connection: Connection, changed: Mapping[str, Document], now: datetime) -> None:
    documents = [changed[name] for name in sorted(changed)]
    await connection.execute(
        _STORE,
        [document.name for document in documents],
        [document.version for document in documents],
        [document.text for document in documents],
        [sha256(document.text.encode()).digest() for document in documents],
        now,
    )
