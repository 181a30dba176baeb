"""Several workers at the same announcements: each user is told of each exactly once (A6, A7)."""

import asyncio
from collections import Counter

import pytest

from domain.commands import Consume
from models.notices import Email, Notice
from services import announcements
from services.announcements import tell_everybody
from services.posting import Posting
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.credentials import make_operator
from tests.factories.notices import announce, make_reader
from tests.factories.usage import spend
from tests.factories.wallets import give

pytestmark = pytest.mark.anyio

READERS = 20


async def tell_until_quiet(worker: Runtime) -> int:
    """Work until nothing was found three times: another worker may have had it all in hand."""
    told, quiet = 0, 0
    while quiet < 3:
        now = await tell_everybody(worker)
        told, quiet = told + now, 0 if now else quiet + 1
        await asyncio.sleep(0)
    return told


async def test_a7_several_workers_tell_each_user_once_while_usage_goes_on(
    runtime: Runtime, processes: list[Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "NOTICES_AT_ONCE_MAX", 3)
    readers = [await make_reader(runtime, f"reader{number}@example.com") for number in range(READERS)]
    for reader in readers:
        await give(runtime, reader.id, 5)
    operator = await make_operator(runtime)
    made = [await announce(runtime, operator, key=str(number)) for number in range(3)]
    charge: Consume = spend()
    charging = [process.poster.submit(Posting(charge, reader.id)) for process in processes for reader in readers]
    telling = asyncio.gather(*(tell_until_quiet(process) for process in processes))
    await asyncio.gather(telling, *charging)
    assert sum(telling.result()) + await tell_until_quiet(runtime) == len(made) * READERS
    assert Counter(row.person_id for row in await Notice.all()) == {reader.person_id: 3 for reader in readers}
    assert Counter(row.address for row in await Email.all()) == {
        f"reader{number}@example.com": 3 for number in range(READERS)
    }
    rows = await runtime.database.pool.fetch("SELECT wallet_id FROM entries WHERE kind = 'NOTICE'")
    assert Counter(row["wallet_id"] for row in rows) == {reader.id: 3 for reader in readers}
    assert {result.problems async for result in reconcile(runtime)} == {()}
