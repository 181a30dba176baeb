"""F3 under concurrency: of 20 holds of 75 on a balance of 500 exactly 6 succeed."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from domain.refusals import RefusalCode
from models.database import Connection
from services.posting import Outcome, Posting, post
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once, codes
from tests.factories.usage import hold
from tests.factories.wallets import make_wallets

pytestmark = pytest.mark.anyio

HOLDS, HELD, BALANCE = 20, 75, 500
SIX = Counter({None: 6, RefusalCode.INSUFFICIENT_CREDITS: 14})


@pytest.mark.parametrize("together", [1, 3], ids=["one process", "three processes"])
async def test_f3_of_20_holds_of_75_on_500_exactly_6_succeed(processes: list[Runtime], together: int) -> None:
    """In each round 50 wallets are fought over at the same time."""
    rng = random.Random(75)
    for _ in range(ROUNDS):
        wallets = await make_wallets(processes[0], RACERS, credits_=BALANCE)
        outcomes = await at_once(
            rng,
            (
                processes[number % together].poster.submit(Posting(hold(HELD), wallet.id))
                for wallet in wallets
                for number in range(HOLDS)
            ),
        )
        for index in range(RACERS):
            assert Counter(codes(outcomes[index * HOLDS : (index + 1) * HOLDS])) == SIX
        await _assert_held(processes[0], [wallet.id for wallet in wallets])
    await assert_reconciled(processes[0])


@pytest.fixture
async def connections(dsn: str) -> AsyncIterator[list[Connection]]:
    async with AsyncExitStack() as stack:
        opened: list[Connection] = []
        for _ in range(HOLDS):
            connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
            stack.push_async_callback(connection.close)
            opened.append(connection)
        yield opened


async def test_f3_20_transactions_of_their_own_do_no_better(runtime: Runtime, connections: list[Connection]) -> None:
    """Without the poster: each hold is a transaction on its own connection, and the wallet's lock is all there is."""

    async def start(connection: Connection, wallet_id: UUID) -> Outcome:
        async with connection.transaction():
            (outcome,) = (await post(connection, [Posting(hold(HELD), wallet_id)], runtime.clock)).outcomes
            return outcome

    rng = random.Random(6)
    wallets = await make_wallets(runtime, ROUNDS, credits_=BALANCE)
    for wallet in wallets:
        outcomes = await at_once(rng, (start(connection, wallet.id) for connection in connections))
        assert Counter(codes(outcomes)) == SIX
    await _assert_held(runtime, [wallet.id for wallet in wallets])


async def _assert_held(runtime: Runtime, wallet_ids: list[UUID]) -> None:
    rows = await runtime.database.pool.fetch(
        "SELECT DISTINCT held, remaining, used FROM grants WHERE wallet_id = ANY ($1::uuid[])", wallet_ids
    )
    assert [tuple(row) for row in rows] == [(6 * HELD * 1_000, (BALANCE - 6 * HELD) * 1_000, 0)]
