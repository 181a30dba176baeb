"""Following a wallet: a snapshot or a replay, then everything that happens, in order, each entry exactly once (F8)."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from uuid import UUID

import asyncpg

from feed import log
from feed.batcher import Batcher
from feed.broker import Broker
from feed.cursor import NUMBER_MAX
from feed.events import FeedClosed, FeedEntry, FeedEvent, ResyncReason, ResyncRequired, Snapshot, UnknownWallet
from feed.follower import Allowed, Follower
from feed.log import Newer, Place
from feed.overview import Overviews
from feed.tail import Tail
from feed.watch import Watches
from models.database import Connection

REPLAY_ENTRIES_MAX = 10_000
PAGE_ENTRIES_MAX = 200
RING_ENTRIES_MAX = 256
ENTRIES_PER_STATEMENT_MAX = 4_096
WALLETS_PER_STATEMENT_MAX = 128
ENTRY_STATEMENTS_AT_ONCE_MAX = 2
SNAPSHOT_STATEMENTS_AT_ONCE_MAX = 1
ACCESS_CHECKS_AT_ONCE_MAX = 4
POLL_S = 5.0
RECHECK_S = 30.0


class Feed:
    """The live feeds of this process.

    The broker only says "read again"; what is told comes from the database alone, so losing the broker costs at
    most `poll_s` seconds of latency and never data. All who follow a wallet share its `Tail`: a wake-up costs one
    statement, whatever their number. When many wallets are woken at once (by a GAP, or by a batch of commands) their
    reads share statements: at most `WALLETS_PER_STATEMENT_MAX` wallets in one, and at most three of the pool's
    connections at any time, so that readers that come back together never stand in the ledger's way. Access checks
    are bounded likewise, to four at once. A read begins where the last one ended, so this brake needs no jitter.

    No connection is held while a reader waits or is slow. A follower costs a flag and a position, and while it
    replays, one page; a wallet that is followed costs one task and a ring.

    Args:
        pool: the database's.
        broker: wakes the readers.
        replay_entries_max: who is further behind gets a snapshot (`ResyncRequired`) instead of the entries.
        page_entries_max: entries read at a time for one reader, at most `ring_entries_max`.
        ring_entries_max: newest entries of one wallet that are kept for those who share it.
        poll_s: seconds after which a wallet is read without having been woken.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        broker: Broker,
        *,
        replay_entries_max: int = REPLAY_ENTRIES_MAX,
        page_entries_max: int = PAGE_ENTRIES_MAX,
        ring_entries_max: int = RING_ENTRIES_MAX,
        poll_s: float = POLL_S,
    ) -> None:
        if not 1 <= page_entries_max <= ring_entries_max:
            raise ValueError("a page has at least one entry and fits into the ring")
        self._broker = broker
        self._replay_entries_max = replay_entries_max
        self._page_entries_max = page_entries_max
        self._ring_entries_max = ring_entries_max
        self._poll_s = poll_s
        self._newer: Batcher[Place, Newer] = Batcher(
            pool, self._read_newer, keys_max=WALLETS_PER_STATEMENT_MAX, lanes_max=ENTRY_STATEMENTS_AT_ONCE_MAX
        )
        self._snapshots: Batcher[UUID, Snapshot] = Batcher(
            pool, log.snapshots, keys_max=WALLETS_PER_STATEMENT_MAX, lanes_max=SNAPSHOT_STATEMENTS_AT_ONCE_MAX
        )
        self._checks = asyncio.Semaphore(ACCESS_CHECKS_AT_ONCE_MAX)
        self._tails: dict[UUID, Tail] = {}
        self._watches = Watches(broker)
        self.overviews = Overviews(broker, self._watches, self._checks)
        """What administrators watch, beside the wallets' feeds."""
        self._closed = False

    @property
    def wallets_followed(self) -> int:
        """How many wallets somebody follows now."""
        return len(self._tails)

    async def follow(
        self,
        wallet_id: UUID,
        after: int | None,
        *,
        allowed: Allowed,
        watch: Collection[str] = (),
        recheck_s: float = RECHECK_S,
    ) -> AsyncGenerator[FeedEvent, None]:
        """Tell what happens to a wallet, until the generator is closed.

        Without `after`: first a `Snapshot`, then every entry behind it. With `after`: every entry with a greater
        number, unless that number was never reached or is too far back; then `ResyncRequired`, and on from its
        snapshot. The same after falling too far behind while connected. Entries come in order, each exactly once.

        Access is checked before the first event, at least every `recheck_s` seconds, on each wake-up of a topic of
        `watch`, and before an entry that takes something away is told. Checks stop with the reader: one that does not
        take what it is offered is checked when it does.

        Args:
            wallet_id: whose ledger.
            after: the number of the last entry that the reader has; None for a snapshot.
            allowed: whether the reader may read this wallet, as of the call; what it raises ends the feed.
            watch: broker topics that put access in doubt, such as those of the person and the credential.
            recheck_s: seconds.

        Raises:
            AccessEnded: `allowed` said no.
            FeedClosed: the server stops.
            ReadFailed: the database could not be read while replaying or for a snapshot; live readers wait.
            UnknownWallet: there is no such wallet.
            ValueError: `after` is no number that an entry can have, or a topic is none.
        """
        if after is not None and not 0 <= after <= NUMBER_MAX:
            raise ValueError(f"entries have no number {after}")
        follower = Follower(allowed, recheck_s, self._checks)
        self._refuse_if_closed()
        # listen first, read afterwards: what comes in between raises the flag
        with self._watches.watching(follower, watch), self._on_tail(wallet_id, follower) as tail:
            event: FeedEvent | None = await self._open(tail, follower, wallet_id, after)
            while True:
                await follower.confirm(event if isinstance(event, FeedEntry) else None, tail.last_entry)
                self._refuse_if_closed()
                if event is not None:
                    yield event
                    self._refuse_if_closed()
                event = await self._next(tail, follower, wallet_id)
                self._refuse_if_closed()

    async def stop(self) -> None:
        """End every feed: followers get `FeedClosed`, at once or when they ask for the next event."""
        self._closed = True
        tails = tuple(self._tails.values())
        for tail in tails:
            tail.close()
            for follower in tail.followers:
                follower.wakeups.raise_flag()
        await self.overviews.stop()
        await self._newer.stop()
        await self._snapshots.stop()
        await self._watches.stop()
        for tail in tails:
            await tail.closed()

    async def _open(self, tail: Tail, follower: Follower, wallet_id: UUID, after: int | None) -> Snapshot | None:
        """Find the place to begin, and start the tail if nobody has."""
        if after is None:
            snapshot = await self._read_snapshot(tail, wallet_id)
            follower.position = snapshot.number
            tail.start(snapshot.number, Newer(snapshot.number, ()))
            return snapshot
        follower.position = after
        if not tail.covers(after):
            await self._read_page(tail, follower, wallet_id)
        return None

    async def _next(self, tail: Tail, follower: Follower, wallet_id: UUID) -> FeedEvent | None:
        """Return the next event, or None: look again, at access first."""
        if tail.last_entry - follower.position > self._replay_entries_max:
            follower.lost = ResyncReason.TOO_FAR_BEHIND
        if follower.lost is not None:
            return await self._resync(tail, follower, wallet_id)
        found = tail.after(follower.position) or follower.from_page()
        if found is None and follower.position < tail.through:
            # what comes next is older than the ring
            if not await self._read_page(tail, follower, wallet_id):
                return None
            found = follower.from_page()
        if found is None:
            await follower.wait()
            return None
        follower.position = found.number
        return found

    async def _resync(self, tail: Tail, follower: Follower, wallet_id: UUID) -> ResyncRequired:
        reason, follower.lost = follower.lost or ResyncReason.TOO_FAR_BEHIND, None
        follower.page = ()
        snapshot = await self._read_snapshot(tail, wallet_id)
        follower.position = snapshot.number
        return ResyncRequired(reason, snapshot)

    async def _read_page(self, tail: Tail, follower: Follower, wallet_id: UUID) -> bool:
        """Give a follower what comes after its position, or mark it as lost and return False."""
        known = tail.through
        newer = await self._newer.ask((wallet_id, follower.position))
        if newer is None:
            raise UnknownWallet
        tail.start(follower.position, newer)
        _compare(tail, known, newer.last_entry)
        if newer.last_entry < follower.position:
            follower.lost = ResyncReason.CURSOR_AHEAD
            return False
        follower.page = newer.entries
        return True

    async def _read_snapshot(self, tail: Tail, wallet_id: UUID) -> Snapshot:
        known = tail.through
        snapshot = await self._snapshots.ask(wallet_id)
        if snapshot is None:
            raise UnknownWallet
        _compare(tail, known, snapshot.number)
        return snapshot

    async def _read_newer(self, connection: Connection, places: Sequence[Place]) -> Mapping[Place, Newer]:
        limit = min(self._page_entries_max, max(1, ENTRIES_PER_STATEMENT_MAX // len(places)))
        return await log.read_newer(connection, places, limit)

    @contextlib.contextmanager
    def _on_tail(self, wallet_id: UUID, follower: Follower) -> Iterator[Tail]:
        """Join the wallet's tail; the first one brings it up, the last one takes it down."""
        tail = self._tails.get(wallet_id)
        if tail is None:
            tail = self._tails[wallet_id] = Tail(
                wallet_id,
                self._broker,
                self._newer.ask,
                ring_entries_max=self._ring_entries_max,
                replay_entries_max=self._replay_entries_max,
                poll_s=self._poll_s,
            )
        tail.followers.add(follower)
        try:
            yield tail
        finally:
            tail.followers.discard(follower)
            if not tail.followers:
                # it stayed in the dictionary while somebody followed, so this is the same one
                del self._tails[wallet_id]
                tail.close()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise FeedClosed


def _compare(tail: Tail, known: int, last_entry: int) -> None:
    """Tell the tail if a read that began after it knew of an entry did not find that entry any more."""
    if last_entry < min(known, tail.through):
        tail.rewind(last_entry)
