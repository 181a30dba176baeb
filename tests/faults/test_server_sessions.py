"""Two servers on one database: what one ends is ended at the other within a second (A4, C3)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import anyio
import pytest

from tests.faults.serving import Server, allot
from tests.http.calling import Client

pytestmark = pytest.mark.anyio

DEAD_WITHIN_S = 1.0
SESSIONS = "query { viewer { sessions { id current } } }"
REVOKE = """mutation Revoke($input: RevokeAllSessionsInput!) { revokeAllSessions(input: $input) {
    replayed errors { code } } }"""


@pytest.fixture(scope="module")
def servers(shelf: Path) -> Iterator[tuple[Server, Server]]:
    with Server(shelf) as first, Server(shelf) as second:
        yield first, second


async def test_a4_a_session_that_one_server_ends_is_dead_at_the_other(servers: tuple[Server, Server]) -> None:
    first, second = servers
    issued = allot("credential", "--as", "bo", **first.settings)
    assert issued.returncode == 0, issued.stderr
    token = issued.stdout.strip()
    async with first.client(token) as here, second.client(token) as there:
        for _ in range(3):  # warm at both
            await here.ask(SESSIONS)
            await there.ask(SESSIONS)
        assert (await here.ask(REVOKE, input={"idempotencyKey": str(uuid4())}))["revokeAllSessions"]["errors"] == []
        with anyio.fail_after(DEAD_WITHIN_S):
            while (await status(there)) == 200:
                pass
        assert await status(here) == await status(there) == 401


async def status(client: Client) -> int:
    return (await client.post(SESSIONS)).status_code
