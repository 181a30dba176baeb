"""Topics that put access in doubt: a person's, a credential's, a workspace's."""

import asyncio
import contextlib
from collections.abc import Collection, Iterator
from contextvars import Context

from feed.broker import Broker, Wakeups
from feed.follower import Follower

IDLE_S = 3_600.0  # a watch has nothing to do when it is not woken; access is checked by time as well


class Watches:
    """For each topic that is watched in this process one task, which tells the followers that watch it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._watches: dict[str, _Watch] = {}

    @contextlib.contextmanager
    def watching(self, follower: Follower, topics: Collection[str]) -> Iterator[None]:
        """Have access of this follower doubted on each wake-up of these topics, from entry on.

        Raises:
            ValueError: one is not a topic.
        """
        with contextlib.ExitStack() as stack:
            for topic in frozenset(topics):
                stack.enter_context(self._watch(follower, topic))
            yield

    async def stop(self) -> None:
        """End every task."""
        tasks = {watch.task for watch in self._watches.values()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    @contextlib.contextmanager
    def _watch(self, follower: Follower, topic: str) -> Iterator[None]:
        watch = self._watches.get(topic)
        if watch is None:
            watch = self._watches[topic] = _Watch(self._broker, topic)
        watch.followers.add(follower)
        try:
            yield
        finally:
            watch.followers.discard(follower)
            if not watch.followers:
                # it stayed in the dictionary while somebody watched, so this is the same one
                del self._watches[topic]
                watch.close()


class _Watch:
    """Who watches a topic, and the task that waits for it."""

    def __init__(self, broker: Broker, topic: str) -> None:
        self.followers: set[Follower] = set()
        self._listening = contextlib.ExitStack()
        wakeups = self._listening.enter_context(broker.listen(topic))
        self.task = asyncio.create_task(self._pass_on(wakeups), name="feed watch", context=Context())

    def close(self) -> None:
        self._listening.close()
        self.task.cancel()

    async def _pass_on(self, wakeups: Wakeups) -> None:
        while True:
            if await wakeups.wait(IDLE_S):
                for follower in self.followers:
                    follower.doubt()
