"""How many SQL statements an operation takes, as the server's own log counts them."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median
from uuid import uuid4

import asyncpg

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.graph import VIEWER_DONE, viewer_request
from benchmarks.load import Charges, around, prove
from benchmarks.population import populate, session_token
from benchmarks.report import Result
from benchmarks.rounds import BenchmarkError, Figures, interleave
from benchmarks.server import GRAPH, Server, serving
from benchmarks.wire import open_wires
from services.poster import COMMANDS_PER_BATCH_MAX, Poster
from services.runtime import Runtime

BATCH_STATEMENTS_MAX = 8
WORKSPACES = (1, 50)
REPEATS = 5
"""The least of so many counts is taken: what the server does by itself now and then only adds to them."""
ANSWER_S_MAX = 10.0

_STATEMENT = re.compile(rb"LOG:  (?:statement|execute [^:]*):")


async def measure(bench: Bench) -> Result:
    """Count for a full batch of charges, and for the viewer's figures with one and with many workspaces."""
    result = Result("Statements")
    dsn = await bench.database("statements")
    async with _logged(dsn) as log, open_runtime(dsn, BrokerKind.POSTGRES) as runtime:
        charges = Charges(runtime, uuid4())
        async with serving(bench, dsn) as server:
            legs = [partial(_figures, log, "batch", await _batch(runtime, charges))]
            for count in WORKSPACES:
                person = (await populate(runtime, 1, workspaces_each=count))[0].person_id
                ask = partial(_ask, server, viewer_request(GRAPH, await session_token(runtime, person)).encode())
                legs.append(partial(_figures, log, f"viewer, {count}", ask))
            for leg in legs:
                await leg()
            series = await interleave("statements", legs, bench.scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted, bench.progress)
    for name in series:
        result.add(series, name, "statements")
    batch = median(series["batch"])
    few, many = (median(series[f"viewer, {count}"]) for count in WORKSPACES)
    at_most = f"at most {BATCH_STATEMENTS_MAX} statements"
    result.aim(f"a batch of {COMMANDS_PER_BATCH_MAX} charges: {at_most}", batch, reached=batch <= BATCH_STATEMENTS_MAX)
    constant = f"viewer with {WORKSPACES[1]} workspaces: as many as with {WORKSPACES[0]}"
    result.aim(constant, many, reached=many == few)
    result.notes += [
        f"batch: {COMMANDS_PER_BATCH_MAX} charges of as many wallets, BEGIN and COMMIT included. viewer: a request by",
        "HTTP, authentication included. Counted in PostgreSQL's log, with log_statement on.",
        proof,
    ]
    return result


@asynccontextmanager
async def _logged(dsn: str) -> AsyncIterator[Path]:
    """Have every statement of a database logged; give the server's log."""
    connection = await asyncpg.connect(dsn)
    try:
        name = await connection.fetchval("SELECT current_database()")
        await connection.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
        folder: str = await connection.fetchval("SHOW data_directory")
    finally:
        await connection.close()
    yield Path(folder) / "server.log"


async def _figures(log: Path, name: str, act: Callable[[], Awaitable[None]]) -> Figures:
    """Count the statements of one act."""
    counts = []
    with log.open("rb") as file:
        for _ in range(REPEATS):
            file.seek(0, os.SEEK_END)
            await act()
            counts.append(len(_STATEMENT.findall(file.read())))
    if not min(counts):
        raise BenchmarkError("PostgreSQL's log has no statements")
    return {name: min(counts)}


async def _batch(runtime: Runtime, charges: Charges) -> Callable[[], Awaitable[None]]:
    """Prepare the act of submitting a full batch: all at once into a single lane, which is idle."""
    wallets = around(await populate(runtime, COMMANDS_PER_BATCH_MAX))
    poster = Poster(runtime.database, runtime.clock, _wake_nobody, lanes=1)

    async def act() -> None:
        postings = [charges.next(next(wallets)) for _ in range(COMMANDS_PER_BATCH_MAX)]
        for outcome in await asyncio.gather(*(poster.submit(posting) for posting in postings)):
            charges.check(outcome)

    return act


async def _wake_nobody(_topics: object) -> None:
    """Nobody follows."""


async def _ask(server: Server, request: bytes) -> None:
    """Send one request over a new connection."""
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    (wire,) = await open_wires(server.port, 1, answer.set_exception)
    wire.send(request, answer.set_result)
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            body = await answer
    finally:
        wire.close()
    if VIEWER_DONE.encode() not in body:
        raise BenchmarkError(f"an answer is not what it should be: {body.decode()[:500]}")
