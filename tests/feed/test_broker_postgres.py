"""The broker over a real PostgreSQL, and what happens to it there."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from feed import broker_postgres
from feed.broker import Broker
from feed.broker_postgres import ANSWER_S, PostgresBackend

pytestmark = pytest.mark.anyio

SOON_S = 10.0  # far more than a wake-up or a reconnect takes: reached only by a failing test
NOW_S = 0.0
OURS = "FROM pg_stat_activity WHERE application_name = 'allotment-broker' AND datname = current_database()"
OURS = "FROM pg_stat_activity WHERE application_name = 'allotment-broker' AND datname = current_database()"
OURS = "FROM pg_stat_activity WHERE application_name = 'allotment-broker' AND datname = current_database()"
CUT = f"SELECT pg_terminate_backend(pid) {OURS}"
COUNT = f"SELECT count(*) {OURS}"


class Watched(PostgresBackend):
    """The real backend, which remembers what it publishes and tells when that failed."""

    def __init__(self, dsn: str, *, answer_s: float = ANSWER_S) -> None:
        super().__init__(dsn, answer_s=answer_s)
        self.payloads: list[str] = []
        self.failed = asyncio.Event()

    async def publish(self, channel: str, message: str) -> None:
        self.payloads.append(message)
        try:
            await super().publish(channel, message)
        except OSError:
            self.failed.set()
            raise


@pytest.fixture
async def here(broker_dsn: str) -> AsyncIterator[Broker]:
    async with Broker(PostgresBackend(broker_dsn)) as broker:
        yield broker


@pytest.fixture
async def there(broker_dsn: str) -> AsyncIterator[Broker]:
    """Another process: all that two processes share is the database."""
    async with Broker(PostgresBackend(broker_dsn)) as broker:
        yield broker


@pytest.fixture
async def database(broker_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(broker_dsn)
    yield connection
    await connection.close()


async def test_f8_a_wake_crosses_processes_to_the_right_topic_only(here: Broker, there: Broker) -> None:
    with there.listen("a") as wakeups, there.listen("b") as other, here.listen("a") as local:
        await here.wake(["a"])
        assert await local.wait(NOW_S)
        assert await wakeups.wait(SOON_S)
        assert not await other.wait(NOW_S)
        await there.wake(["a"])
        assert await local.wait(SOON_S)


async def test_f8_256_topics_are_one_notification(broker_dsn: str, database: asyncpg.Connection) -> None:
    received: list[object] = []
    topics = [f"{number:022d}" for number in range(256)]
    backend = Watched(broker_dsn)
    arrived = asyncio.Event()

    def on_notification(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        received.append(payload)
        if str(payload).endswith(" end"):
            arrived.set()

    await database.add_listener("allotment_feed", on_notification)
    async with Broker(backend) as broker:
        await broker.wake(topics)
    async with Broker(PostgresBackend(broker_dsn)) as broker:
        await broker.wake(["end"])
        async with asyncio.timeout(SOON_S):
            await arrived.wait()
    assert len(backend.payloads) == 1
    assert [str(payload).split(" ")[1:] for payload in received] == [topics, ["end"]]


async def test_f8_many_publishes_at_once_all_arrive(broker_dsn: str, there: Broker) -> None:
    topics = [f"topic-{number}" for number in range(200)]
    backend = PostgresBackend(broker_dsn)
    async with Broker(backend):
        with contextlib.ExitStack() as stack:
            wakeups = [stack.enter_context(there.listen(topic)) for topic in topics]
            await asyncio.gather(*(backend.publish("allotment_feed", f"other {topic}") for topic in topics))
            assert all(await asyncio.gather(*(one.wait(SOON_S) for one in wakeups)))


async def test_f8_a_storm_of_wakes_leaves_a_slow_listener_one_flag(here: Broker, there: Broker) -> None:
    with there.listen("hot") as slow, there.listen("end") as end:
        for _ in range(2_000):
            await here.wake(["hot"])
        await here.wake(["end"])
        assert await end.wait(SOON_S)
        assert await slow.wait(NOW_S)


async def test_f8_a_killed_connection_comes_back_and_wakes_everybody(
    here: Broker, there: Broker, database: asyncpg.Connection
) -> None:
    for _ in range(3):
        with there.listen("a") as first, there.listen("b") as second:
            await hears(there, expected=True)
            await database.execute(CUT)
            await hears(there, expected=False)
            assert await first.wait(SOON_S)
            assert await second.wait(SOON_S)
            await hears(there, expected=True)
        with there.listen("c") as wakeups:  # and it works: the publisher's connections were cut as well
            await here.wake(["c"])
            assert await wakeups.wait(SOON_S)


async def hears(broker: Broker, *, expected: bool) -> None:
    async with asyncio.timeout(SOON_S):
        while broker.is_live is not expected:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


class Gate:
    """A way to the database that can be closed (refuses) or jammed (accepts, and carries nothing)."""

    def __init__(self, dsn: str, folder: Path) -> None:
        query = parse_qs(urlsplit(dsn).query)
        self._server = f"{query['host'][0]}/.s.PGSQL.{query.get('port', ['5432'])[0]}"
        self._folder = folder
        self.dsn = dsn.replace(dsn[dsn.index("?") :], f"?host={folder}&port=5432")
        self.arrivals: asyncio.Queue[None] = asyncio.Queue()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._gate: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._gate = await asyncio.start_unix_server(self._carry, self._folder / ".s.PGSQL.5432")

    async def close(self) -> None:
        if self._gate is not None:
            self._gate.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.arrivals.put_nowait(None)
        server_reader, server_writer = await asyncio.open_unix_connection(self._server)
        ways = [(reader, server_writer), (server_reader, writer)]
        tasks = {asyncio.create_task(self._pour(*way)) for way in ways}
        self._tasks |= tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for end in (writer, server_writer):
            end.close()

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self.flowing.wait()
                writer.write(data)
                await writer.drain()


@pytest.fixture
async def gate(broker_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gate]:
    if "?host=/" not in broker_dsn:
        pytest.skip("the gate stands in front of a unix socket")
    gate = Gate(broker_dsn, tmp_path_factory.mktemp("gate"))
    yield gate
    await gate.close()


async def test_f8_a_connection_that_went_silent_is_found_by_the_heartbeat(gate: Gate, here: Broker) -> None:
    await gate.open()
    backend = PostgresBackend(gate.dsn, heartbeat_s=0.05, answer_s=0.2)
    async with Broker(backend) as behind:
        with behind.listen("a") as wakeups:
            gate.flowing.clear()
            await here.wake(["a"])  # goes nowhere
            assert not await wakeups.wait(NOW_S)
            async with asyncio.timeout(SOON_S):
                await gate.arrivals.get()
                await gate.arrivals.get()  # it gave up the silent one and tries another
            gate.flowing.set()
            assert await wakeups.wait(SOON_S)


async def test_f8_a_message_into_silence_is_given_up_and_sent_again(gate: Gate, there: Broker) -> None:
    await gate.open()
    backend = Watched(gate.dsn, answer_s=0.2)
    async with Broker(backend) as behind:
        with there.listen("a") as wakeups:
            await behind.wake(["a"])
            assert await wakeups.wait(SOON_S)
            gate.flowing.clear()
            await behind.wake(["a"])
            async with asyncio.timeout(SOON_S):
                await backend.failed.wait()
            gate.flowing.set()
            assert await wakeups.wait(SOON_S)


async def test_f8_a_connection_that_is_lost_again_and_again_does_not_start_the_back_off_anew(
    here: Broker, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []

    def no_pause(count: int) -> float:
        failures.append(count)
        return 0.0

    monkeypatch.setattr(broker_postgres, "pause_s", no_pause)
    with here.listen("a") as wakeups:
        for _ in range(4):
            await database.execute(CUT)
            assert await wakeups.wait(SOON_S)
    assert failures == [1, 2, 3, 4]


async def test_f8_a_wake_while_the_database_is_away_raises_nothing_and_arrives_later(
    gate: Gate, there: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    await gate.open()
    backend = Watched(gate.dsn)
    with caplog.at_level(logging.WARNING, "feed"):
        async with Broker(backend) as behind:
            await gate.close()
            with behind.listen("a") as local, there.listen("a") as remote:
                for _ in range(100):
                    await behind.wake(["a"])
                assert await local.wait(NOW_S)
                async with asyncio.timeout(SOON_S):
                    await backend.failed.wait()
                assert not await remote.wait(NOW_S)
                (gate._folder / ".s.PGSQL.5432").unlink(missing_ok=True)
                await gate.open()
                assert await remote.wait(SOON_S)
    messages = [record.message for record in caplog.records]
    assert sum("cannot wake" in message for message in messages) == 1
    assert sum("is lost" in message for message in messages) == 1


async def test_f8_start_returns_while_the_database_is_away_and_the_broker_finds_it_later(
    gate: Gate, there: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Broker(PostgresBackend(gate.dsn), start_wait_s=0.05)
    with caplog.at_level(logging.ERROR, "feed"):
        await broker.start()
    assert [record.message.startswith("the broker is not reachable") for record in caplog.records] == [True]
    with broker.listen("a") as wakeups, there.listen("b") as remote:
        await broker.wake(["b"])
        await gate.open()
        assert await wakeups.wait(SOON_S)  # the GAP
        assert await remote.wait(SOON_S)  # what waited to be sent
    await broker.stop()


async def test_f8_stop_leaves_no_task_and_no_connection(broker_dsn: str, database: asyncpg.Connection) -> None:
    before = asyncio.all_tasks()
    async with Broker(PostgresBackend(broker_dsn)) as broker:
        await broker.wake(["a"])
        await database.execute(CUT)  # it is stopped in the middle of its reconnect
    assert asyncio.all_tasks() == before
    async with asyncio.timeout(SOON_S):
        while await database.fetchval(COUNT):  # the server notices a moment later
            pass


async def test_f8_stop_does_not_wait_for_a_silent_database(gate: Gate, there: Broker) -> None:
    await gate.open()
    broker = Broker(PostgresBackend(gate.dsn))
    await broker.start()
    with there.listen("a") as wakeups:
        await broker.wake(["a"])
        assert await wakeups.wait(SOON_S)
    gate.flowing.clear()
    await broker.wake(["a"])
    async with asyncio.timeout(4.0):  # 1 s to send what waits, 2 s to close
        await broker.stop()
