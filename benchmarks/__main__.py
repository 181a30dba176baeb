"""`python -m benchmarks`: run the sections one after the other, print them, write JSON."""

import argparse
import asyncio
import platform
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import FrameType

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.embedded_postgres import EmbeddedPostgresError
from benchmarks import (
    boundary,
    consume,
    fan_out,
    feed_latency,
    history,
    http_consume,
    limits,
    organisations,
    statements,
)
from benchmarks.bench import Bench
from benchmarks.cluster import cores, temporary_cluster
from benchmarks.report import Result, as_json, show
from benchmarks.rounds import BenchmarkError
from benchmarks.scale import FULL, QUICK

JSON = Path("artifacts/bench.json")

SECTIONS: Mapping[str, Callable[[Bench], Awaitable[Result]]] = {
    "consume": consume.measure,
    "limits": limits.measure,
    "statements": statements.measure,
    "boundary": boundary.measure,
    "organisations": organisations.measure,
    "history": history.measure,
    "feed": feed_latency.measure,
    "sockets": fan_out.measure,
    "http": http_consume.measure,
}


def main() -> int:
    """Run what the command line asks for; 1 when a benchmark could not be carried out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look within a minute; its figures are rough")
    parser.add_argument("--json", type=Path, default=JSON, metavar="PATH", help=f"where JSON goes (default: {JSON})")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"any of {', '.join(SECTIONS)} (default: all)")
    given = parser.parse_args()
    if unknown := [name for name in given.sections if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    signal.signal(signal.SIGTERM, _leave)  # clean up as after Ctrl-C
    console = Console(width=None if sys.stdout.isatty() else 120)
    try:
        results, seconds = _run(console, given.sections or list(SECTIONS), quick=given.quick)
    except (BenchmarkError, EmbeddedPostgresError, ExceptionGroup) as error:
        console.print(f"[red]the benchmark failed:[/] {_reason(error)}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 130
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_bytes(orjson.dumps(_document(results, seconds, quick=given.quick), option=orjson.OPT_INDENT_2))
    console.print(f"\n{seconds:.0f} s on {cores()} cores; JSON in {given.json}", highlight=False)
    return 0


def _run(console: Console, names: Sequence[str], *, quick: bool) -> tuple[list[Result], float]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    begin, results = perf_counter(), []
    with temporary_cluster() as (dsn, folder):
        for name in names:
            with Progress(*columns, console=console, transient=True) as progress:
                bench = Bench(QUICK if quick else FULL, dsn, folder, progress)
                results.append(asyncio.run(_section(SECTIONS[name], bench)))
            show(console, results[-1])
    return results, perf_counter() - begin


async def _section(measure: Callable[[Bench], Awaitable[Result]], bench: Bench) -> Result:
    return await measure(bench)


def _document(results: Sequence[Result], seconds: float, *, quick: bool) -> dict[str, object]:
    machine = {"cores": cores(), "system": platform.platform(), "python": platform.python_version()}
    sections = as_json(results)
    return {"at": datetime.now(UTC), "quick": quick, "seconds": seconds, "machine": machine, "sections": sections}


def _reason(error: BaseException) -> str:
    """Name the first thing that went wrong of several that went wrong together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, BenchmarkError | EmbeddedPostgresError) else repr(error)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
