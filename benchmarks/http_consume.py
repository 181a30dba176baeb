"""Charges and the viewer's figures over HTTP, against a Starlette endpoint that answers the same bytes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.children import Child, running
from benchmarks.graph import CONSUME_DONE, VIEWER_DONE, consume_request, viewer_request
from benchmarks.http_load import Done, Job
from benchmarks.load import prove
from benchmarks.population import Home, populate, service_token, session_token
from benchmarks.report import Result
from benchmarks.rounds import Figures, interleave
from benchmarks.server import GRAPH, Server, serving, serving_ceiling
from services.runtime import Runtime

DISTINCT, HOT, VIEWER = "consume, distinct", "consume, hot", "viewer"
CEILING_CONSUME, CEILING_VIEWER = "ceiling of consume", "ceiling of viewer"
WORKSPACES = 3
WARM_UP_S = 0.5
ANSWER_S_MAX = 60.0
_CONSUME, _VIEWER = "/consume", "/viewer"


async def measure(bench: Bench) -> Result:
    """Measure requests a second, and how long one takes."""
    scale, result = bench.scale, Result("HTTP")
    dsn = await bench.database("http")
    async with (
        open_runtime(dsn, BrokerKind.POSTGRES) as runtime,
        serving(bench, dsn) as server,
        running(("-m", "benchmarks.http_load"), bench.folder / "http_load.log") as client,
    ):
        requests = await _requests(runtime, scale.wallets)
        load = _Load(bench, client)
        bodies = {
            _CONSUME: (await load.send(server, requests.distinct, WARM_UP_S, CONSUME_DONE, requests.wallets)).body,
            _VIEWER: (await load.send(server, requests.viewer, WARM_UP_S, VIEWER_DONE)).body,
        }
        async with serving_ceiling(bench, bodies) as ceiling:
            of_consume, of_viewer = requests.to_ceiling(_CONSUME, _VIEWER)
            charge = partial(load.figures, server, contains=CONSUME_DONE, request=requests.distinct)
            legs = (
                partial(charge, DISTINCT, wallets=requests.wallets),
                partial(charge, HOT, wallets=requests.wallets[:1]),
                partial(load.figures, ceiling, CEILING_CONSUME, request=of_consume, contains=CONSUME_DONE),
                partial(load.figures, server, VIEWER, request=requests.viewer, contains=VIEWER_DONE),
                partial(load.figures, ceiling, CEILING_VIEWER, request=of_viewer, contains=VIEWER_DONE),
            )
            series = await interleave("HTTP", legs, scale.rounds, bench.progress)
        proof = await prove(runtime, load.charges, bench.progress)
    for name, ceiling_name in ((DISTINCT, CEILING_CONSUME), (HOT, CEILING_CONSUME), (VIEWER, CEILING_VIEWER)):
        result.add(series, name, "/s", over=ceiling_name)
        result.add(series, f"{name}, p50", "ms")
        result.add(series, f"{name}, p99", "ms")
    for name in (CEILING_CONSUME, CEILING_VIEWER):
        result.add(series, name, "/s")
    connections = scale.http_connections
    result.notes += [
        f"{connections} keep-alive connections of one client process, each with one request at a time.",
        f"viewer: a person with {WORKSPACES} workspaces. ceiling: Starlette, the same request, the same answer.",
        proof,
    ]
    return result


@dataclass(frozen=True, slots=True)
class _Requests:
    distinct: tuple[str, ...]
    viewer: tuple[str, ...]
    wallets: tuple[str, ...]

    def to_ceiling(self, consume: str, viewer: str) -> Sequence[tuple[str, ...]]:
        """Make the same requests to other paths, with constants where something differs from one to the next."""
        filled = (self.distinct[0], self.wallets[0], self.distinct[1], "k" * 24, self.distinct[2])
        both = ((filled, consume), (self.viewer, viewer))
        return [(request[0].replace(GRAPH, path, 1), *request[1:]) for request, path in both]


async def _requests(runtime: Runtime, wallets: int) -> _Requests:
    homes = await populate(runtime, wallets)
    viewer: Sequence[Home] = await populate(runtime, 1, workspaces_each=WORKSPACES)
    return _Requests(
        consume_request(GRAPH, await service_token(runtime)),
        (viewer_request(GRAPH, await session_token(runtime, viewer[0].person_id)),),
        tuple(home.wallet for home in homes),
    )


@dataclass(slots=True)
class _Load:
    """Hands jobs to the client's process."""

    bench: Bench
    client: Child
    charges: int = 0
    _runs: "itertools.count[int]" = field(default_factory=itertools.count)

    async def send(
        self, server: Server, request: tuple[str, ...], seconds: float, contains: str, wallets: tuple[str, ...] = ()
    ) -> Done:
        run = f"r{next(self._runs):06d}-"
        job = Job(server.port, self.bench.scale.http_connections, seconds, request, contains, wallets, run)
        await self.client.tell(job)
        done = await self.client.hear(Done, ANSWER_S_MAX)
        self.charges += done.answered if wallets else 0
        return done

    async def figures(
        self, server: Server, name: str, *, request: tuple[str, ...], contains: str, wallets: tuple[str, ...] = ()
    ) -> Figures:
        done = await self.send(server, request, self.bench.scale.leg_s, contains, wallets)
        rate = done.answered / done.seconds
        return {name: rate, f"{name}, p50": done.p50_ms, f"{name}, p99": done.p99_ms}
