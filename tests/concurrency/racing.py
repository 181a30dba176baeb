"""How races are run: many rounds, each on fresh wallets, everything of a round at once."""

import asyncio
import random
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from domain.entries import Entry
from domain.refusals import Refusal, RefusalCode
from services.posting import Outcome, Posted
from services.reconciling import reconcile
from services.runtime import Runtime

ROUNDS = 20
RACERS = 50

T = TypeVar("T")


async def at_once(rng: random.Random, racers: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Start all in a random order and return their results in the given one."""
    indexed = list(enumerate(racers))
    rng.shuffle(indexed)
    tasks = [(index, asyncio.ensure_future(racer)) for index, racer in indexed]
    await asyncio.gather(*(task for _, task in tasks))
    return [task.result() for _, task in sorted(tasks, key=lambda pair: pair[0])]


def codes(outcomes: Iterable[Outcome]) -> list[RefusalCode | None]:
    """The refusals' codes, None for what was carried out."""
    return [outcome.code if isinstance(outcome, Refusal) else None for outcome in outcomes]


def entry_of(outcome: Outcome) -> Entry:
    assert isinstance(outcome, Posted), outcome
    assert outcome.entry
    return outcome.entry


def original(outcome: Outcome) -> Outcome:
    """The same answer, told for the first time."""
    return replace(outcome, replayed=False) if isinstance(outcome, Posted) else outcome


async def assert_reconciled(runtime: Runtime) -> None:
    problems = [found async for found in reconcile(runtime) if found.problems]
    assert problems == []
