"""A PostgreSQL of our own, durable as in earnest, in a folder that is removed at the end."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.embedded_postgres import EmbeddedPostgres
from app.postgres_elsewhere import read_pointer
from migrations.upgrade import upgrade

_TEMPLATE = "bench_template"


@contextmanager
def temporary_cluster() -> Iterator[tuple[str, Path]]:
    """Start a server with fsync on; give its DSN and a folder for other things of this run."""
    folder = Path(tempfile.mkdtemp(prefix="allotment-bench-"))
    folder.chmod(0o711)  # started by root, PostgreSQL runs as another user, who must reach its data
    data = folder / "data"
    try:
        with EmbeddedPostgres(data) as dsn:
            yield dsn, folder
    finally:
        elsewhere = read_pointer(data)
        if elsewhere is not None:
            shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def fresh_database(dsn: str, name: str) -> str:
    """Make an empty, migrated database, so that no section pays for what another one left; return its DSN."""
    connection = await asyncpg.connect(dsn)
    try:
        template = with_database(dsn, _TEMPLATE)
        if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", _TEMPLATE):
            await connection.execute(f'CREATE DATABASE "{_TEMPLATE}"')
            await upgrade(template)
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}" STRATEGY file_copy')
        await connection.execute("CHECKPOINT")  # now, not in the middle of a leg
    finally:
        await connection.close()
    return with_database(dsn, name)


def with_database(dsn: str, name: str) -> str:
    """Name another database of the same server."""
    base, mark, options = dsn.partition("?")
    return f"{base.rpartition('/')[0]}/{name}{mark}{options}"


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
