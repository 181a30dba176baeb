"""The broker over either backend: rules that need no fault."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextvars import ContextVar

import pytest
from broadcaster import BroadcastBackend, Event

from feed.broker import Broker
from feed.broker_backoff import PAUSE_MAX_S, PAUSE_MIN_S, pause_s
from feed.broker_inbox import GAP, LOST, Inbox
from feed.broker_memory import MemoryBackend
from feed.broker_outbox import PAYLOAD_BYTES_MAX, TOPICS_PENDING_MAX, pack

pytestmark = pytest.mark.anyio

SOON_S = 5.0  # far more than a wake-up takes: reached only by a failing test
NOW_S = 0.0


class Wire(MemoryBackend):
    """A backend in memory that records what is published, can refuse it, and can say GAP."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts = 0
        self.payloads: list[str] = []
        self.refusals = 0
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, channel: str, message: str) -> None:
        self.attempts += 1
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("the broker is away")
        await self.open.wait()
        self.payloads.append(message)
        await super().publish(channel, message)

    def receive(self, message: str) -> None:
        self._inbox.put("allotment_feed", message)

    def gap(self) -> None:
        self._inbox.gap("allotment_feed")

    def lost(self) -> None:
        self._inbox.lost("allotment_feed")

    def topics(self) -> list[str]:
        return [topic for payload in self.payloads for topic in payload.split(" ")[1:]]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def broker(wire: Wire) -> AsyncIterator[Broker]:
    async with Broker(wire) as broker:
        yield broker


def topic_names(count: int) -> list[str]:
    return [f"{number:022d}" for number in range(count)]


async def test_f8_a_wake_reaches_the_listeners_of_its_topic_only(broker: Broker) -> None:
    with broker.listen("a") as first, broker.listen("a") as second, broker.listen("b") as other:
        await broker.wake(["a", "c"])
        assert await first.wait(SOON_S)
        assert await second.wait(SOON_S)
        assert not await other.wait(NOW_S)


async def test_f8_a_wake_in_this_process_is_there_when_wake_returns(broker: Broker, wire: Wire) -> None:
    wire.open.clear()  # nothing reaches the other processes, and the caller does not wait for that
    with broker.listen("a") as wakeups:
        await broker.wake(["a"])
        assert await wakeups.wait(NOW_S)
    wire.open.set()


async def test_f8_a_wake_before_the_wait_is_not_lost(broker: Broker) -> None:
    with broker.listen("a") as wakeups:
        await broker.wake(["a"])
        assert await wakeups.wait(NOW_S)
        waiting = asyncio.create_task(wakeups.wait(SOON_S))
        await broker.wake(["a"])
        assert await waiting


async def test_f8_wakes_coalesce_and_a_slow_listener_costs_one_flag(broker: Broker, wire: Wire) -> None:
    with broker.listen("a") as slow:
        for _ in range(1_000):
            await broker.wake(["a"])
        assert await slow.wait(NOW_S)
        assert not await slow.wait(NOW_S)
    assert len(wire.payloads) <= 1  # none had a chance to leave before the next came: they are one message


async def test_f8_a_cancelled_wait_loses_no_wake(broker: Broker) -> None:
    with broker.listen("a") as wakeups:
        waiting = asyncio.create_task(wakeups.wait(SOON_S))
        await asyncio.sleep(0)
        await broker.wake(["a"])
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert await wakeups.wait(NOW_S)


async def test_f8_a_listener_has_one_reader(broker: Broker) -> None:
    with broker.listen("a") as wakeups:
        waiting = asyncio.create_task(wakeups.wait(SOON_S))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="another task"):
            await wakeups.wait(NOW_S)
        await broker.wake(["a"])
        assert await waiting


async def test_f8_a_listener_that_left_is_forgotten(broker: Broker) -> None:
    with broker.listen("a") as stays:
        with broker.listen("a") as left:
            pass
        await broker.wake(["a"])
        assert not await left.wait(NOW_S)
        assert await stays.wait(NOW_S)
    assert broker._listeners == {}


async def test_f8_many_thousand_topics_in_one_process(broker: Broker) -> None:
    topics = topic_names(20_000)
    listens = [broker.listen(topic) for topic in topics]
    wakeups = [listen.__enter__() for listen in listens]
    await broker.wake([topics[7], topics[19_999]])
    woken = [number for number, one in enumerate(wakeups) if await one.wait(NOW_S)]
    assert woken == [7, 19_999]
    for listen in listens:
        listen.__exit__(None, None, None)
    assert broker._listeners == {}


async def test_f8_topics_of_one_batch_are_one_payload(broker: Broker, wire: Wire) -> None:
    await broker.wake(topic_names(256))
    await broker.stop()
    assert len(wire.payloads) == 1
    assert len(wire.payloads[0].encode()) < 8_000


async def test_f8_more_topics_are_as_few_payloads_as_fit(broker: Broker, wire: Wire) -> None:
    topics = topic_names(1_000)
    await broker.wake(topics)
    await broker.stop()
    assert wire.topics() == topics
    assert all(len(payload.encode()) < 8_000 for payload in wire.payloads)
    assert len(wire.payloads) == 3  # 347 fit: 12 bytes of origin and 23 a topic


async def test_f8_wakes_during_a_message_form_the_next_one(broker: Broker, wire: Wire) -> None:
    wire.open.clear()
    for topic in ("a", "b", "c", "b"):
        await broker.wake([topic])
        await asyncio.sleep(0)
    wire.open.set()
    await broker.stop()
    assert [payload.split(" ")[1:] for payload in wire.payloads] == [["a"], ["b", "c"]]


async def test_f8_an_echo_is_skipped_and_a_message_of_another_process_is_not(broker: Broker, wire: Wire) -> None:
    with broker.listen("a") as wakeups, broker.listen("b") as other:
        wire.receive(pack(broker._origin, ["a", "b"]))
        wire.receive(pack("somebodyelse", ["b"]))
        assert await other.wait(SOON_S)
        assert not await wakeups.wait(NOW_S)


@pytest.mark.parametrize("message", ["", " ", "nonsense", "x" * 7_999, "* ", "a|b|c", "\x00", "ключ значение"])
async def test_f8_a_message_that_is_not_ours_disturbs_nobody(broker: Broker, wire: Wire, message: str) -> None:
    with broker.listen("a") as wakeups, broker.listen("b") as other:
        wire.receive(message)
        wire.receive(pack("somebodyelse", ["a"]))
        assert await wakeups.wait(SOON_S)
        assert not await other.wait(NOW_S)


async def test_f8_a_gap_wakes_everybody(broker: Broker, wire: Wire) -> None:
    with broker.listen("a") as first, broker.listen("b") as second:
        wire.gap()
        assert await first.wait(SOON_S)
        assert await second.wait(SOON_S)


async def test_f8_an_inbox_that_overflows_becomes_one_gap() -> None:
    inbox = Inbox(messages_max=3)
    for number in range(4):
        inbox.put("c", str(number))
    inbox.put("c", "after")
    assert [await inbox.next(), await inbox.next()] == [Event("c", GAP), Event("c", "after")]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await inbox.next()


async def test_f8_more_messages_than_the_inbox_holds_wake_everybody(broker: Broker, wire: Wire) -> None:
    with broker.listen("never-named") as wakeups:
        for _ in range(1_000):
            wire.receive(pack("somebodyelse", ["a"]))
        assert await wakeups.wait(SOON_S)


async def test_f8_a_broker_that_is_down_raises_nothing_and_is_logged_once(
    broker: Broker, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.refusals = 2
    with caplog.at_level(logging.WARNING, "feed"), broker.listen("a") as wakeups:
        await broker.wake(["a"])
        await broker.wake(["b"])
        assert await wakeups.wait(NOW_S)
        await broker.stop()
    assert wire.attempts == 3
    assert sorted(wire.topics()) == ["a", "b"]  # kept, and sent when the broker was back
    assert len(caplog.records) == 1


async def test_f8_what_piles_up_during_an_outage_is_bounded_and_forgets_nobody(broker: Broker, wire: Wire) -> None:
    wire.open.clear()
    await broker.wake(["first"])
    await asyncio.sleep(0)
    for start in range(0, 3 * TOPICS_PENDING_MAX, 256):
        await broker.wake([f"topic-{number}" for number in range(start, start + 256)])
    assert len(broker._outbox._topics) <= TOPICS_PENDING_MAX
    wire.open.set()
    await broker.stop()
    assert wire.topics() == ["first", "*"]

    async with Broker(receiver := Wire()) as other:
        with other.listen("anything") as wakeups:
            receiver.receive(wire.payloads[-1])
            assert await wakeups.wait(SOON_S)


async def test_f8_a_wake_before_start_is_sent_at_start(wire: Wire) -> None:
    broker = Broker(wire)
    await broker.wake(["a"])
    async with broker:
        pass
    await broker.wake(["b"])
    assert wire.topics() == ["a"]


@pytest.mark.parametrize("topic", ["", "*", "a b", "a\x00", "a\n", "é", "x" * 65])
async def test_f8_a_topic_that_cannot_travel_is_refused(broker: Broker, wire: Wire, topic: str) -> None:
    with broker.listen("a") as wakeups:
        with pytest.raises(ValueError, match="not a topic"):
            await broker.wake(["a", topic])
        assert not await wakeups.wait(NOW_S)
        with pytest.raises(ValueError, match="not a topic"), broker.listen(topic):
            pass
    await broker.stop()
    assert wire.payloads == []


async def test_f8_the_longest_topics_still_fit(broker: Broker, wire: Wire) -> None:
    await broker.wake([f"{number:064d}" for number in range(256)])
    await broker.stop()
    assert len(wire.topics()) == 256
    assert max(len(payload) for payload in wire.payloads) <= PAYLOAD_BYTES_MAX


async def test_f8_stop_leaves_no_task_and_may_be_called_twice(wire: Wire) -> None:
    before = asyncio.all_tasks()
    broker = Broker(wire)
    await broker.start()
    with pytest.raises(RuntimeError, match="already started"):
        await broker.start()
    wire.open.clear()  # a message that never arrives does not hold up the end
    await broker.wake(["a"])
    await broker.stop()
    await broker.stop()
    assert asyncio.all_tasks() == before
    wire.open.set()
    async with broker:
        assert asyncio.all_tasks() > before
    assert asyncio.all_tasks() == before


async def test_f8_a_stop_that_is_cancelled_still_ends_every_task(wire: Wire) -> None:
    before = asyncio.all_tasks()
    broker = Broker(wire)
    await broker.start()
    wire.open.clear()
    await broker.wake(["a"])
    stopping = asyncio.create_task(broker.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.wait({stopping})
    assert asyncio.all_tasks() == before


class Lingering(MemoryBackend):
    async def next_published(self) -> Event:
        try:
            return await super().next_published()
        finally:
            for _ in range(10):
                await asyncio.sleep(0)


async def test_f8_stop_waits_for_a_backend_that_takes_its_time_to_end() -> None:
    before = asyncio.all_tasks()
    async with Broker(Lingering()):
        pass
    assert asyncio.all_tasks() == before


class Broken(MemoryBackend):
    async def connect(self) -> None:
        raise OSError("no such library")


class Silent(MemoryBackend):
    async def subscribe(self, channel: str) -> None:
        self._channel = channel


async def test_f8_a_backend_that_cannot_work_fails_at_start() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(OSError, match="no such library"):
        async with asyncio.timeout(SOON_S):
            await Broker(Broken()).start()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("backend", [Silent()])
async def test_f8_start_does_not_wait_for_ever(backend: BroadcastBackend, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "feed"):
        async with Broker(backend, start_wait_s=0.01) as broker:
            with broker.listen("a") as wakeups:
                await broker.wake(["a"])
                assert await wakeups.wait(NOW_S)
    assert ["not reachable" in record.message for record in caplog.records] == [True]


def test_f8_pauses_grow_stay_in_their_bounds_and_differ() -> None:
    for failures in (0, 1, 2, 5, 100, 1_000_000):
        longest_s = min(PAUSE_MAX_S, PAUSE_MIN_S * 2 ** min(failures, 20))
        pauses = [pause_s(failures) for _ in range(200)]
        assert min(pauses) >= PAUSE_MIN_S
        assert max(pauses) <= longest_s
        assert failures == 0 or max(pauses) - min(pauses) > longest_s / 4


async def test_f8_tasks_of_the_broker_do_not_inherit_a_transaction() -> None:
    transaction: ContextVar[str] = ContextVar("transaction")
    seen: list[str | None] = []

    class Watching(MemoryBackend):
        async def connect(self) -> None:
            seen.append(transaction.get(None))

        async def publish(self, channel: str, message: str) -> None:
            seen.append(transaction.get(None))
            await super().publish(channel, message)
            published.set()

        async def next_published(self) -> Event:
            seen.append(transaction.get(None))
            return await super().next_published()

    published = asyncio.Event()
    transaction.set("open")
    async with Broker(Watching()) as broker:
        for _ in range(2):  # the second finds the broker idle, and starts the task that sends
            await broker.wake(["a"])
            async with asyncio.timeout(SOON_S):
                await published.wait()
            published.clear()
            await asyncio.sleep(0)
    assert len(seen) >= 4
    assert set(seen) == {None}


async def test_g1_a_family_of_topics_is_woken_with_each_of_its_topics(broker: Broker, wire: Wire) -> None:
    with broker.listen("access.") as family, broker.listen("access.a") as one, broker.listen("a") as other:
        await broker.wake(["access.b"])
        assert (family.take(), one.take(), other.take()) == (True, False, False)
        wire.receive(pack("another-origin", ["access.a"]))
        assert await family.wait(SOON_S)
        assert (one.take(), other.take()) == (True, False)
        await broker.wake(["a", "accessories"])
        assert (family.take(), other.take()) == (False, True)
        wire.gap()
        assert await family.wait(SOON_S)


async def test_f8_a_flag_is_taken_once_without_waiting(broker: Broker) -> None:
    with broker.listen("a") as wakeups:
        assert not wakeups.take()
        await broker.wake(["a"])
        assert wakeups.take()
        assert not wakeups.take()


async def test_g1_a_broker_says_whether_it_hears_the_others(wire: Wire) -> None:
    broker = Broker(wire)
    await hears(broker, expected=False)
    async with broker:
        await hears(broker, expected=True)
        with broker.listen("a") as wakeups:
            wire.lost()
            await broker.wake(["a"])  # what happens here is told here, and to others when they can be reached
            assert await wakeups.wait(SOON_S)
            await hears(broker, expected=False)
            wire.gap()
            assert await wakeups.wait(SOON_S)
        await hears(broker, expected=True)
    await hears(broker, expected=False)


async def hears(broker: Broker, *, expected: bool) -> None:
    async with asyncio.timeout(SOON_S):
        while broker.is_live is not expected:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def test_f8_an_inbox_that_is_full_still_says_that_nothing_is_heard() -> None:
    inbox = Inbox(messages_max=1)
    inbox.put("c", "message")
    inbox.lost("c")
    assert [(await inbox.next()).message for _ in range(2)] == ["message", LOST]
