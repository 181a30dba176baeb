"""The ceiling of the ledger's writes: PostgreSQL's own load generator, with the least that a charge must write."""

import asyncio
import re
from pathlib import Path

from app.postgres_binaries import find_programs
from benchmarks.rounds import BenchmarkError
from models.database import parse_dsn
from services.runtime import Runtime

# The sizes are those of a real charge. They stand in defaults, so that no client has to send them.
_TABLES = """
CREATE TABLE raw_wallets (id int PRIMARY KEY, last_entry bigint NOT NULL, balances jsonb NOT NULL DEFAULT {balances})
    WITH (fillfactor = 70);
CREATE TABLE raw_entries (wallet int, number bigint, body jsonb NOT NULL DEFAULT {body}, PRIMARY KEY (wallet, number));
INSERT INTO raw_wallets SELECT generate_series(1, {wallets}), 0;
"""

# one statement is one transaction: nothing that does as much takes fewer round trips
_SCRIPT = """\\set wallet random(1, {wallets})
WITH w AS (UPDATE raw_wallets SET last_entry = last_entry + 1, balances = DEFAULT WHERE id = :wallet
    RETURNING id, last_entry)
INSERT INTO raw_entries (wallet, number) SELECT id, last_entry FROM w;
"""

_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)


class RawWrites:
    """One UPDATE of a wallet's row and one INSERT of an entry's, nothing else: no rule, no key, no constraint."""

    def __init__(self, dsn: str, folder: Path, connections: int) -> None:
        self._address = parse_dsn(dsn)
        self._folder = folder
        self._connections = connections
        self._program = find_programs(None).folder / "pgbench"

    async def prepare(self, runtime: Runtime, wallets: int) -> None:
        """Make the tables, with a body and balances copied from a real charge."""
        pool = runtime.database.pool
        sample = await pool.fetchrow(
            "SELECT quote_literal(e.body::text) AS body, quote_literal(w.balances::text) AS balances "
            "FROM entries e JOIN wallets w ON w.id = e.wallet_id WHERE e.kind = 'CONSUME' LIMIT 1"
        )
        if sample is None:
            raise BenchmarkError("there is no charge to copy the size from")
        await pool.execute(_TABLES.format(**dict(sample), wallets=wallets))
        for name, count in (("hot", 1), ("distinct", wallets)):
            self._script(name).write_text(_SCRIPT.format(wallets=count), encoding="utf-8")

    async def rate(self, name: str, seconds: float) -> float:
        """Run the script `hot` or `distinct`; transactions a second, connecting not included.

        Raises:
            BenchmarkError: pgbench failed, or a transaction did.
        """
        settings = ("-n", "-M", "prepared", "-c", str(self._connections), "-j", "2", "-T", str(max(1, round(seconds))))
        where = ("-h", self._address.host, "-p", str(self._address.port), "-U", self._address.user or "postgres")
        script = ("-f", str(self._script(name)), self._address.database)
        process = await asyncio.create_subprocess_exec(
            str(self._program),
            *settings,
            *where,
            *script,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, problem = (part.decode(errors="replace") for part in await process.communicate())
        found, failed = _RATE.search(out), _FAILED.search(out)
        if process.returncode or found is None or (failed is not None and failed[1] != "0"):
            raise BenchmarkError(f"pgbench failed: {problem.strip() or out.strip()}")
        return float(found[1])

    def _script(self, name: str) -> Path:
        return self._folder / f"pgbench-{name}.sql"
