"""Loading of the catalog: what the files say becomes immutable numbered versions in the database (A7)."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from domain.catalog import DOCUMENTS, Catalog, CatalogError, Document, parse_catalog
from models.database import Connection

_LOCK = 0x616C6C6F745F6361  # "allot_ca": the key of the advisory lock that loaders take in turn

_NEWEST = """
    SELECT DISTINCT ON (document) document, version, content
    FROM catalog_versions
    WHERE document = ANY($1::text[])
    ORDER BY document, version DESC
"""
_STORE = """
    INSERT INTO catalog_versions (document, version, content, sha256, loaded_at)
    SELECT document, version, content, sha256, $5
    FROM unnest($1::text[], $2::integer[], $3::text[], $4::bytea[]) AS given (document, version, content, sha256)
"""


async def load_catalog(connection: Connection, documents: Mapping[str, str], now: datetime) -> Catalog:
    """Store each document that differs from its newest version as the next one, and return the newest catalog.

    Checked before anything is stored, so bad documents change nothing. What is stored already costs one SELECT.
    A document that is not given stays as it is.

    Args:
        connection: outside a transaction, or inside one at READ COMMITTED (what the lock waited for must be seen).
        documents: TOML texts by name without ".toml", as `read_folder` gives them.
        now: the instant noted with new versions.

    Raises:
        CatalogError: the documents, together with the stored ones that are not given, make no catalog.
    """
    stored = await _newest(connection)
    if not _changed(stored, documents):
        return parse_catalog(stored.values())
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        stored = await _newest(connection)  # again, for another loader may have had the lock
        changed = _changed(stored, documents)
        catalog = parse_catalog({**stored, **changed}.values())
        if changed:
            await _store(connection, changed, now)
    return catalog


async def current_catalog(connection: Connection) -> Catalog:
    """Return the catalog of the newest stored versions.

    Raises:
        CatalogError: none is stored yet, or what is stored is no catalog for this version of the program.
    """
    return parse_catalog((await _newest(connection)).values())


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
