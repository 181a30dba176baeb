"""Enterprise wallets: where they work, and what is never used for training (B13, B14)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.commands import Advance, Command, CompleteTask, Consume, StartTask
from domain.enterprise import in_enterprise
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from tests.domain.strategies import CHAT, CREDIT, usage_of

ALLOWED = (Surface.WEB, Surface.API)


def _commands(surface: Surface) -> tuple[Consume, StartTask]:
    usage = replace(usage_of(CREDIT, 1_000), surface=surface)
    return Consume(usage, CHAT, ALLOWED), StartTask(UUID(int=1), usage, CHAT, timedelta(hours=1), 30, ALLOWED)


@pytest.mark.parametrize("surface", Surface)
def test_b13_b14_usage_is_private_where_it_works_and_refused_elsewhere(surface: Surface) -> None:
    for command in _commands(surface):
        answer = in_enterprise(command)
        if surface in ALLOWED:
            assert answer == replace(command, usage=replace(command.usage, private=True))
            continue
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.field) == (RefusalCode.PLATFORM_NOT_SUPPORTED, ("surface",))
        assert answer.facts == {"surfaces": "WEB, API"}
        assert (surface in answer.message, "personal workspace" in answer.message) == (True, True)


@pytest.mark.parametrize("command", [Advance(), CompleteTask(UUID(int=1), 1_000)])
def test_b13_what_runs_already_is_finished_from_anywhere(command: Command) -> None:
    assert in_enterprise(command) is command


def test_b13_where_no_surface_is_named_nothing_works() -> None:
    assert isinstance(in_enterprise(Consume(usage_of(CREDIT, 1_000), CHAT)), Refusal)
