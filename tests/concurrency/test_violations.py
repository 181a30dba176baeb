"""Violations under a race: however many come at once, each is recorded and one restricts the key (C4)."""

import random

import pytest

from domain.refusals import Refusal
from domain.usage import Surface
from services.api_keys import KeyFound
from services.clients import check_client
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.api_keys import make_api_key, make_coder

pytestmark = pytest.mark.anyio


async def test_c4_fifty_violations_at_once_restrict_the_key_exactly_once(
    runtime: Runtime, processes: list[Runtime]
) -> None:
    rng = random.Random(5)
    for _ in range(ROUNDS):
        coder = await make_coder(runtime)
        made = await make_api_key(runtime, coder)
        key = KeyFound(made.id, coder.wallet.person_id, coder.wallet.workspace_id, coder.wallet.id)

        async def come(process: Runtime, key: KeyFound = key) -> Refusal | None:
            return await check_client(
                process, key, client="curl", proof=None, product="coding-request", surface=Surface.CLI, caller=None
            )

        refusals = await at_once(rng, [come(processes[racer % len(processes)]) for racer in range(RACERS)])
        told = [refusal.facts.get("restricted") for refusal in refusals if refusal]
        assert (len(told), told.count(None)) == (RACERS, 2)
        pool, person = runtime.database.pool, coder.wallet.person_id
        assert await pool.fetchval("SELECT count(*) FROM violations WHERE person_id = $1", person) == RACERS
        assert await pool.fetchval("SELECT count(*) FROM notices WHERE person_id = $1", person) == 1
        because = await pool.fetchval("SELECT restricted_because FROM credentials WHERE id = $1", key.id)
        assert because.startswith("3 requests")
    await assert_reconciled(runtime)
