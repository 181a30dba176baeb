"""Follow a wallet's live feed without a gap: the cursor is kept in a file, and every connection resumes behind it.

ALLOT_URL       http://127.0.0.1:8000/graphql
ALLOT_TOKEN     a person's session (`people[0].token` of `allot demo --json`)
ALLOT_WORKSPACE the workspace (`wsp_…`)

python follow_feed.py [--cursor-file feed.cursor] [--count N]
"""

import argparse
import asyncio
import os
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from gql import Client, gql
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

PROTOCOLS = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]  # which is graphql-transport-ws
HOPELESS_CODES = {4401, 4403}  # how the server closes a socket whose credential it does not take
HOPELESS = {
    "CREDENTIAL_ENDED",
    "MEMBERSHIP_ENDED",
    "PERSON_SUSPENDED",
    "PERSON_TERMINATED",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "BAD_USER_INPUT",
}

FEED = """
subscription Feed($workspace: ID!, $after: Cursor) {
  usageFeed(workspaceId: $workspace, after: $after) {
    ... on UsageSnapshot { cursor balance { ...Figures } }
    ... on UsageChange { cursor entry { number kind amount unit balance { ...Figures } } }
    ... on ResyncRequired { cursor reason snapshot { balance { ...Figures } } }
    __typename
  }
}
fragment Figures on Balance {
  asOfEntry
  quotas { meter { id } pool remaining unit }
  credits { meter { id } remaining unit }
}
"""


async def follow(workspace: str, after: str | None) -> AsyncGenerator[dict[str, Any], None]:
    """Give event after event for ever, over as many connections as it takes; `after` is the cursor of the last one.

    Raises:
        PermissionError: this feed may not be read, or does not exist.
    """
    url = os.environ["ALLOT_URL"].replace("http", "ws", 1)
    login = {"Authorization": f"Bearer {os.environ['ALLOT_TOKEN']}"}
    failures = 0
    while True:
        transport = WebsocketsTransport(url, init_payload=login, subprotocols=PROTOCOLS, ping_interval=20)
        request = gql(FEED)
        request.variable_values = {"workspace": workspace, "after": after}
        try:
            async with Client(transport=transport) as session, aclosing(session.subscribe(request)) as results:
                async for result in results:
                    failures = 0
                    yield result["usageFeed"]
                    after = result["usageFeed"]["cursor"]  # only now: whoever took the event has dealt with it
        except TransportQueryError as error:
            told = (error.errors or [{"message": str(error)}])[0]
            if told.get("extensions", {}).get("code") in HOPELESS:
                raise PermissionError(told["message"]) from error
            print(f"the feed broke off: {told['message']}", file=sys.stderr)
        except (TransportError, OSError, TimeoutError) as error:
            closed = error.__cause__
            if isinstance(closed, ConnectionClosed) and closed.rcvd and closed.rcvd.code in HOPELESS_CODES:
                raise PermissionError(closed.rcvd.reason) from error
            print(f"the connection is lost: {closed or error}", file=sys.stderr)
        failures = min(failures + 1, 7)
        await asyncio.sleep(0.1 * 2**failures * random.random())  # noqa: S311 - spreads those who come back


def tell(event: dict[str, Any]) -> None:
    """Say what happened. After a snapshot or `ResyncRequired`, forget what you knew; a change comes on top of it."""
    entry = event.get("entry")
    balance = (entry or event.get("snapshot") or event)["balance"]
    what = f"{entry['kind']} {entry['amount']} {entry['unit']}" if entry else event["__typename"]
    figures = ", ".join(f"{row['meter']['id']} {row['remaining']}" for row in balance["quotas"] + balance["credits"])
    print(f"entry {balance['asOfEntry']}: {what}: {figures}", flush=True)


async def run(workspace: str, file: Path | None, count: int | None) -> None:
    """Follow until so many events have come, or for ever."""
    cursor = read_cursor(file)
    async with aclosing(follow(workspace, cursor)) as events:
        async for event in events:
            tell(event)
            keep_cursor(file, event["cursor"])  # behind the work: after a crash an event may come again, none is lost
            if count is not None and (count := count - 1) <= 0:
                return


def read_cursor(file: Path | None) -> str | None:
    """Read the cursor of the last event; None: there is none yet."""
    return file.read_text(encoding="ascii") if file and file.exists() else None


def keep_cursor(file: Path | None, cursor: str) -> None:
    """Write the cursor in one step, so that a crash leaves the old one or the new one."""
    if file:
        aside = file.with_name(f"{file.name}.new")
        aside.write_text(cursor, encoding="ascii")
        aside.replace(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Follow a wallet's live feed.")
    parser.add_argument("--cursor-file", type=Path, help="where the cursor is kept; without it, begin with a snapshot")
    parser.add_argument("--count", type=int, help="end after so many events")
    given = parser.parse_args()
    try:
        asyncio.run(run(os.environ["ALLOT_WORKSPACE"], given.cursor_file, given.count))
    except PermissionError as error:
        sys.exit(f"refused: {error}")
