"""Tickets under a race: however many come with one, one gets in."""

import random

import pytest

from domain.errors import Unauthenticated
from domain.principals import Principal
from services.runtime import Runtime
from services.tickets import create_ticket, use_ticket
from tests.concurrency.racing import RACERS, ROUNDS, at_once
from tests.factories.credentials import make_user
from tests.factories.persons import make_person

pytestmark = pytest.mark.anyio


async def test_a_ticket_is_used_once_by_fifty_at_once(runtime: Runtime, processes: list[Runtime]) -> None:
    rng = random.Random(7)
    user = await make_user(runtime, await make_person())

    async def come(process: Runtime, text: str) -> Principal | None:
        try:
            return await use_ticket(process, text)
        except Unauthenticated:
            return None

    for number in range(ROUNDS):
        text = (await create_ticket(runtime, user, f"k{number}")).text
        assert text
        let_in = await at_once(rng, [come(processes[racer % len(processes)], text) for racer in range(RACERS)])
        assert [principal for principal in let_in if principal] == [user]


async def test_f5_a_key_makes_one_ticket(runtime: Runtime, processes: list[Runtime]) -> None:
    rng = random.Random(7)
    user = await make_user(runtime, await make_person())
    for number in range(ROUNDS):
        makers = [create_ticket(processes[racer % len(processes)], user, f"k{number}") for racer in range(RACERS)]
        tickets = await at_once(rng, makers)
        assert len([ticket.text for ticket in tickets if ticket.text]) == 1
        assert len({ticket.made.result for ticket in tickets}) == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM one_time_codes") == ROUNDS
