"""The list of approved clients in force, as far as this process knows (C4).

A process remembers it, so that a request costs no statement for it. A publication wakes every process.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

import msgspec

from domain.clients import Client, ClientList
from feed.broker import Broker, Wakeups
from feed.topics import CLIENTS_TOPIC
from models.database import Connection, Database

KEPT_FOR = timedelta(minutes=1)
"""However quiet the broker is: a wake-up may have been lost with the process that should have sent it."""

_NEWEST = "SELECT version, clients, published_at FROM client_lists ORDER BY version DESC LIMIT 1"
_CLIENTS = msgspec.json.Decoder(tuple[Client, ...])


class ApprovedClients:
    """The list in force. `default` is the catalog's, for as long as operators have published none."""

    def __init__(self, broker: Broker, default: ClientList) -> None:
        self._broker = broker
        self.default = default
        self._known: ClientList | None = None
        self._read_at: datetime | None = None
        self._listening = ExitStack()  # as long as the process
        self._wakeups: Wakeups | None = None

    async def in_force(self, database: Database, now: datetime) -> ClientList:
        """Give the list in force: one statement, none when it is known."""
        if self._wakeups is None:
            self._wakeups = self._listening.enter_context(self._broker.listen(CLIENTS_TOPIC))
        if self._wakeups.take():  # lowered before reading: what is published meanwhile raises it again
            self._read_at = None  # until it is read: a read that fails leaves it stale
        if self._known is not None and self._read_at is not None and now - self._read_at < KEPT_FOR:
            return self._known
        async with database.pool.acquire() as connection:
            newest = await newest_list(connection, self.default)
        if self._known is None or newest.version >= self._known.version:  # two may read at the same time
            self._known = newest
        self._read_at = now
        return self._known


async def newest_list(connection: Connection, default: ClientList) -> ClientList:
    """Read the list in force, one statement; the default, if none was published."""
    row = await connection.fetchrow(_NEWEST)
    return ClientList(row["version"], decode_clients(row["clients"]), row["published_at"]) if row else default


def decode_clients(column: str) -> tuple[Client, ...]:
    """Read the clients of a stored list."""
    return _CLIENTS.decode(column)
