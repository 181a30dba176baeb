"""A process that asks over HTTP as fast as it is answered: `python -m benchmarks.http_load`, a job a line."""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import BinaryIO

import msgspec
import uvloop

from benchmarks.graph import idempotency_key
from benchmarks.rounds import BenchmarkError, percentile
from benchmarks.wire import Wire, open_wires


class Job(msgspec.Struct, frozen=True):
    """What to ask. With wallets, the three parts of `request` have a wallet and a key between them."""

    port: int
    connections: int
    seconds: float
    request: tuple[str, ...]
    contains: str
    """Must stand in every answer."""
    wallets: tuple[str, ...] = ()
    run: str = ""
    """Begins every idempotency key; unique among jobs."""


class Done(msgspec.Struct, frozen=True):
    """What came of it."""

    answered: int
    seconds: float
    p50_ms: float
    p99_ms: float
    body: str
    """The last answer."""


def requests(job: Job) -> Iterator[bytes]:
    """Write request after request, for ever."""
    if not job.wallets:
        yield from itertools.repeat("".join(job.request).encode())
    before, between, after = job.request
    for number, wallet in enumerate(itertools.cycle(job.wallets)):
        yield f"{before}{wallet}{between}{idempotency_key(job.run, number)}{after}".encode()


class _Load:
    """Connections that each ask again as soon as they are answered."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._requests = requests(job)
        self._contains = job.contains.encode()
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asking = 0
        self._durations_s: list[float] = []
        self._body = b""

    async def run(self) -> Done:
        wires = await open_wires(self._job.port, self._job.connections, self._fail)
        self._asking = len(wires)
        begin = perf_counter()
        self._end = begin + self._job.seconds
        for wire in wires:
            self._ask(wire)
        try:
            await self._over
        finally:
            for wire in wires:
                wire.close()
        seconds = perf_counter() - begin
        p50, p99 = (percentile(self._durations_s, percent) * 1_000 for percent in (50, 99))
        return Done(len(self._durations_s), seconds, p50, p99, self._body.decode())

    def _ask(self, wire: Wire) -> None:
        begin = perf_counter()

        def answered(body: bytes) -> None:
            now = perf_counter()
            self._durations_s.append(now - begin)
            self._body = body
            if self._contains not in body:
                self._fail(BenchmarkError(f"an answer is not what it should be: {body[:500].decode()}"))
            elif now < self._end:
                self._ask(wire)
            else:
                self._asking -= 1
                if not self._asking and not self._over.done():
                    self._over.set_result(None)

        wire.send(next(self._requests), answered)

    def _fail(self, error: BenchmarkError) -> None:
        if not self._over.done():
            self._over.set_exception(error)


async def _carry_out(job: Job) -> Done:
    return await _Load(job).run()


def main(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Carry out job after job until there are no more."""
    decoder = msgspec.json.Decoder(Job)
    for line in jobs:
        done = uvloop.run(_carry_out(decoder.decode(line)))
        answers.write(msgspec.json.encode(done) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
