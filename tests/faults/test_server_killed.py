"""`kill -9` of the whole server (F5, F8): nothing acknowledged is lost, nothing happens twice, feeds resume."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.serving import Server, allot
from tests.http.calling import ADAS, Client, Json, place

pytestmark = pytest.mark.anyio

REPORTERS = 8
ACKNOWLEDGED_MIN = 40
HISTORY = """query History($wallet: ID!, $after: Cursor) { node(id: $wallet) { ... on Wallet {
    entries(first: 100, after: $after, kinds: CONSUME) { nodes { number } pageInfo { hasNextPage endCursor } } } } }"""


@dataclass(slots=True)
class Reports:
    """What a service sent, and what it got acknowledged: entry numbers by idempotency key."""

    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    enough: anyio.Event = field(default_factory=anyio.Event)

    async def go_on(self, client: Client, wallet: str, name: str) -> None:
        """Report until the server is gone."""
        number = 0
        while True:
            key, number = f"{name}-{number}", number + 1
            self.sent.add(key)
            try:
                payload = await client.consume(wallet, key)
            except httpx2.TransportError:
                return
            self.acknowledged[key] = payload["entry"]["number"]
            if len(self.acknowledged) >= ACKNOWLEDGED_MIN:
                self.enough.set()


async def kill_while_reporting(server: Server, wallet: str, name: str) -> Reports:
    """Report with several clients at once, and kill the server in the middle of it."""
    reports = Reports()
    async with server.client(server.service_token) as service, anyio.create_task_group() as reporters:
        for reporter in range(REPORTERS):
            reporters.start_soon(reports.go_on, service, wallet, f"{name}-{reporter}")
        await reports.enough.wait()
        server.kill()
    return reports


async def charges(client: Client, wallet: str) -> list[int]:
    """The numbers of all charges of a wallet."""
    found: list[int] = []
    after, more = None, True
    while more:
        page = (await client.ask(HISTORY, wallet=wallet, after=after))["node"]["entries"]
        found += [entry["number"] for entry in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


async def test_f5_every_acknowledged_charge_survives_kill_9_and_the_others_can_be_asked_again(used: Path) -> None:
    with Server(used) as server:
        async with server.client(server.ada_token) as ada:
            wallet = (await ada.wallet())["id"]
            before = await charges(ada, wallet)
        reports = await kill_while_reporting(server, wallet, "f5")
    unanswered = reports.sent - set(reports.acknowledged)
    assert unanswered

    with Server(used) as again:
        assert again.ada_token == server.ada_token
        async with again.client(again.ada_token) as ada, again.client(again.service_token) as service:
            kept = set(await charges(ada, wallet)) - set(before)
            assert set(reports.acknowledged.values()) <= kept
            repeated: dict[str, Json] = {key: await service.consume(wallet, key) for key in reports.sent}
            numbers = {key: payload["entry"]["number"] for key, payload in repeated.items()}
            for key, number in reports.acknowledged.items():
                assert (numbers[key], repeated[key]["replayed"]) == (number, True)
            assert {number for key, number in numbers.items() if repeated[key]["replayed"]} == kept
            assert sorted([*before, *numbers.values()]) == await charges(ada, wallet)
        # while it serves, on the same data folder
        reconciled = allot("reconcile", ALLOT_DATA_DIR=str(used))
        assert reconciled.returncode == 0, reconciled.stderr
        assert "all agree" in reconciled.stdout


async def test_f8_a_follower_resumes_behind_its_cursor_after_kill_9(used: Path) -> None:
    seen: list[Json] = []
    watching = anyio.Event()

    async def watch(client: Client) -> None:
        """Follow until the connection breaks."""
        with suppress(ConnectionClosed):
            async with client.follow() as feed:
                while True:
                    seen.append(await feed.next())
                    watching.set()

    with Server(used) as server:
        async with server.client(server.ada_token) as ada:
            wallet = (await ada.wallet())["id"]
            async with anyio.create_task_group() as group:
                group.start_soon(watch, ada)
                await watching.wait()
                reports = await kill_while_reporting(server, wallet, "f8")

    with Server(used) as again:
        async with (
            again.client(again.ada_token) as ada,
            again.client(again.service_token) as service,
            ada.follow(ADAS, after=seen[-1]["cursor"]) as feed,
        ):
            last = (await service.consume(wallet, "f8-after"))["entry"]["number"]
            seen += await feed.through(last)
    places = [place(event) for event in seen]
    assert places == list(range(places[0], last + 1))
    assert set(reports.acknowledged.values()) <= set(places)
    assert [event["__typename"] for event in seen] == ["UsageSnapshot", *["UsageChange"] * (len(seen) - 1)]
