"""Explanations (F7, C5): whole sentences, of every kind of entry and every refusal."""

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from domain.benefits import SuspensionReason
from domain.entries import Entry, EntryKind
from domain.explanations import explain, explain_refusal
from domain.grants import GrantKind
from domain.ledger import Refused
from domain.meters import RUNNING_TASK, Meter, Pool, Product
from domain.tasks import TaskStatus
from domain.wording import Words, plural
from tests.domain.strategies import (
    CREDIT,
    T0,
    TOKEN,
    WEEK,
    WINDOW,
    Action,
    Entitle,
    Finish,
    Give,
    History,
    Nothing,
    Revoke,
    Run,
    Say,
    Spend,
    Start,
    Subscribe,
    Suspend,
    Unsubscribe,
    histories,
    play,
    share,
)

NOW = timedelta()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = Words(
    {
        CREDIT: Meter(CREDIT, "Chat credits", "credit"),
        TOKEN: Meter(TOKEN, "Work tokens", "token"),
        RUNNING_TASK: Meter(RUNNING_TASK, "Running tasks", "task"),
    },
    {
        "chat-message": Product("chat-message", "Chat message", 1_000, 100_000),
        "work-task": Product("work-task", "Work task, in tokens", 1_000, 100_000_000),
    },
)
NO_WORDS = Words({}, {})
GIFT = (NOW, Give(CREDIT, GrantKind.SIGN_UP, 100_000, None))
QUOTA = (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))
LIMIT = (NOW, Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW))
TASK = (NOW, Start(CREDIT, 30_000, DAY))


def _last(*history: tuple[timedelta, Action]) -> str:
    run = play(list(history))
    return explain(run.entries[-1], WORDS, run.grants)


def _all(*history: tuple[timedelta, Action]) -> list[tuple[EntryKind, str]]:
    run = play(list(history))
    return [(entry.kind, explain(entry, WORDS, run.grants)) for entry in run.entries]


def test_f7_consume() -> None:
    assert _last(GIFT, (NOW, Spend(CREDIT, 1_000))) == (
        "1 chat message on WEB through kimi-web cost 1 credit: price rule chat-message, version 1, 1 credit each. "
        "Drawn from grant 1 (sign-up). 99 credits remain."
    )


def test_f7_consume_from_quota_credits_and_window() -> None:
    bought = (NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None))
    bonus = (NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 1_000, DAY))
    assert _last(QUOTA, LIMIT, bought, bonus, (NOW, Spend(CREDIT, 30_000))) == (
        "30 chat messages on WEB through kimi-web cost 30 credits: price rule chat-message, version 1, 1 credit each. "
        "Drawn in this order: 1 credit from grant 3 (promotion) and 29 credits from grant 1 (plan). "
        "It counts against the window as well (grant 4 (window)). "
        "71 of 100 credits remain in the quota; it resets on 2024-02-06 16:00 UTC. "
        "30 of 60 credits remain in the window; it resets on 2024-01-31 14:30 UTC. "
        "Beside the quota, 50 credits remain."
    )


def test_f7_tokens_are_counted_in_tokens() -> None:
    assert _last((NOW, Give(TOKEN, GrantKind.PURCHASED, 100_000, None)), (NOW, Spend(TOKEN, 3_000))) == (
        "3 tokens of work task on WEB through kimi-web cost 1.5 tokens: price rule work-task, version 3, "
        "0.5 tokens each. Drawn from grant 1 (purchase). 98.5 tokens remain."
    )


def test_f7_grant_of_credits() -> None:
    assert _last(GIFT) == "100 credits were given (sign-up, grant 1). They do not expire. 100 credits remain."
    assert _last((NOW, Give(CREDIT, GrantKind.ADJUSTMENT, 1_000, DAY))) == (
        "1 credit was given (adjustment, grant 1). It expires on 2024-02-01 09:30 UTC. 1 credit remains."
    )


def test_f7_grant_of_a_period_and_of_a_window() -> None:
    assert _last(QUOTA) == (
        "A new period of the quota began with its full amount of 100 credits, valid until 2024-02-06 16:00 UTC "
        "(grant 1). 100 of 100 credits remain in the quota; it resets on 2024-02-06 16:00 UTC."
    )
    opened = _all(QUOTA, LIMIT, (NOW, Spend(CREDIT, 1_000)))[-2]
    assert opened[0] is EntryKind.GRANT
    assert opened[1].startswith(
        "A window opened with its full amount of 60 credits, valid until 2024-01-31 14:30 UTC (grant 2)."
    )


def test_f7_allowances_start_and_end() -> None:
    no_window = "No window is open: the next use opens one of 60 credits."
    quota, _, limit, revoked, ended = (told for _, told in _all(QUOTA, LIMIT, (DAY, Unsubscribe(1))))
    assert quota == (
        "A quota of 100 credits every 7 days (allowance 1, plan) begins on 2024-01-31 09:30 UTC: nothing carries over."
    )
    assert limit == (
        "A limit of 60 credits every 5 hours (allowance 2, plan) begins on 2024-01-31 09:30 UTC: each period opens "
        "with its first use. 100 of 100 credits remain in the quota; it resets on 2024-02-06 16:00 UTC. "
        f"{no_window}"
    )
    assert revoked == (
        "Grant 1 (plan) was revoked before its period was over: 100 credits that were left lapsed. " + no_window
    )
    assert (
        ended == f"A quota of 100 credits every 7 days (allowance 1, plan) ended on 2024-02-01 09:30 UTC. {no_window}"
    )


def test_f7_expire() -> None:
    assert _last((NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 1_000, DAY)), (DAY, Nothing())) == (
        "Grant 1 (promotion) expired: 1 credit that was left lapsed. 0 credits remain."
    )
    expired = _all(QUOTA, (7 * DAY, Nothing()))[2]
    assert expired == (
        EntryKind.EXPIRE,
        "The quota's period ended (grant 1 (plan)): 100 credits that were left lapsed. Nothing carries over.",
    )
    window = _last(QUOTA, LIMIT, (NOW, Spend(CREDIT, 60_000)), (5 * HOUR, Nothing()))
    assert window.startswith("The window ended (grant 2 (window)): nothing was left in it. Nothing carries over.")


def test_f7_hold_and_heartbeat() -> None:
    assert _last(GIFT, TASK) == (
        "A task was started with an estimate of 30 chat messages on WEB through kimi-web: 30 credits at price rule "
        "chat-message, version 1, 1 credit each. 30 credits are held until 2024-02-01 09:30 UTC on grant 1 (sign-up). "
        "70 credits remain (30 credits are held)."
    )
    assert _last(GIFT, TASK, (23 * HOUR, Finish(0, None))) == (
        "A running task sent a heartbeat: its hold of 30 credits lasts until 2024-02-01 10:30 UTC. "
        "70 credits remain (30 credits are held)."
    )
    split = _last((NOW, Give(CREDIT, GrantKind.SIGN_UP, 1_000, None)), QUOTA, LIMIT, TASK)
    assert (
        "30 credits are held until 2024-02-01 09:30 UTC: 1 credit on grant 1 (sign-up) and 29 credits on grant 2 "
        "(plan); the window holds as much, too."
    ) in split


def test_f7_settle_below_the_hold() -> None:
    assert _last(GIFT, TASK, (HOUR, Finish(0, TaskStatus.COMPLETED, 29_000))) == (
        "A task was completed: 29 chat messages on WEB through kimi-web cost 29 credits: price rule chat-message, "
        "version 1, 1 credit each. 30 credits had been held for it, of which 1 credit was not needed. "
        "Drawn from grant 1 (sign-up). 71 credits remain."
    )


def test_f7_settle_above_what_was_there() -> None:
    assert _last(GIFT, TASK, (HOUR, Finish(0, TaskStatus.COMPLETED, 200_000))) == (
        "A task was completed: 200 chat messages on WEB through kimi-web cost 100 credits: price rule chat-message, "
        "version 1, 1 credit each. Its price was 200 credits; a running task finishes even when that much is not "
        "there, so what was there was taken and 100 credits were waived. 30 credits had been held for it, and "
        "70 credits more were taken. Drawn from grant 1 (sign-up). 0 credits remain."
    )


def test_f7_settle_at_nothing() -> None:
    told = _last(GIFT, TASK, (HOUR, Finish(0, TaskStatus.COMPLETED, 0)))
    assert "0 chat messages on WEB through kimi-web cost 0 credits" in told
    assert "Nothing was drawn. 100 credits remain." in told


@pytest.mark.parametrize(("outcome", "how"), [(TaskStatus.FAILED, "failed"), (TaskStatus.CANCELLED, "was cancelled")])
def test_f7_release(outcome: TaskStatus, how: str) -> None:
    assert _last(GIFT, TASK, (HOUR, Finish(0, outcome))) == (
        f"A task {how}, so it cost nothing: its hold of 30 credits was released. 100 credits remain."
    )


def test_f7_timeout_and_what_lapses_with_it() -> None:
    gift = (NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 100_000, HOUR))
    assert _last(gift, TASK, (2 * DAY, Nothing())) == (
        "A task timed out on 2024-02-01 09:30 UTC: it was neither completed nor extended in time, so it cost nothing "
        "and its hold of 30 credits was released. Grant 1 (promotion) had ended meanwhile, so 30 credits of the hold "
        "lapsed with it. 0 credits remain."
    )


def test_f7_revoked_credits_and_notices() -> None:
    assert _last(GIFT, (NOW, Revoke(GrantKind.SIGN_UP))) == (
        "Grant 1 (sign-up) was revoked: 100 credits that were left lapsed. 0 credits remain."
    )
    assert _last(GIFT, (NOW, Say())) == "A notice was sent: TERMS_CHANGED."


def test_f7_b7_what_a_task_gives_back_while_benefits_are_suspended() -> None:
    gone = (HOUR, Suspend(SuspensionReason.MEMBERSHIP_ENDED))
    told = _all(QUOTA, TASK, gone, (NOW, Finish(0, TaskStatus.FAILED)))
    assert told[-3][1].startswith("Benefits were suspended, so 70 credits that were left lapsed (grant 1 (plan)). They")
    assert told[-2][1] == (
        "Benefits were suspended on 2024-01-31 10:30 UTC: the membership in the organization ended, and joining again "
        "brings them back."
    )
    assert told[-1][1] == (
        "A task failed, so it cost nothing: its hold of 30 credits was released. Benefits are suspended, so 30 credits "
        "of the hold lapsed (grant 1 (plan)). 0 of 100 credits remain in the quota; it resets on 2024-02-06 16:00 UTC."
    )


def test_f7_b9_benefits_without_an_end() -> None:
    assert _last((NOW, Entitle((), None, HOUR)), (NOW, Entitle((), None, None))) == (
        "Benefits are in force without an end."
    )


def test_b10_f7_a_refusal_after_the_end_of_the_subscription() -> None:
    over = (NOW, Suspend(SuspensionReason.SUBSCRIPTION_EXPIRED))
    assert _refusal(QUOTA, LIMIT, over, (NOW, Spend(CREDIT, 2_000))) == (
        "The subscription has ended, and with it its quotas; renewing it brings them back. 2 credits are needed. "
        "Chat credits: 0 of 0 credits remain (0 used, 0 held); it does not reset by itself, only a new grant helps. "
        "Nothing was charged. (SUBSCRIPTION_EXPIRED)"
    )


def test_f7_without_the_catalog_and_the_grants_ids_do() -> None:
    run = play([GIFT, (NOW, Spend(CREDIT, 2_000))])
    assert explain(run.entries[-1], NO_WORDS) == (
        "2 chat messages on WEB through kimi-web cost 2 chat credits: price rule chat-message, version 1, "
        "1 chat credit each. Drawn from grant 1. 98 chat credits remain."
    )


def test_f7_an_entry_that_lacks_its_facts_is_a_fault() -> None:
    with pytest.raises(ValueError, match="lacks"):
        explain(Entry(1, EntryKind.CONSUME, T0, CREDIT, 1), WORDS)


def _refusal(*history: tuple[timedelta, Action]) -> str:
    run = Run()
    for step in history[:-1]:
        run.step(step)
    decision = run.step(history[-1])
    assert isinstance(decision, Refused)
    return explain_refusal(decision.refusal, WORDS)


def test_c5_f7_a_refusal_names_every_limit() -> None:
    assert _refusal(QUOTA, LIMIT, TASK, (NOW, Spend(CREDIT, 75_000))) == (
        "The remaining quota of the current cycle does not cover this. 75 credits are needed. "
        "Chat credits: 70 of 100 credits remain (0 used, 30 held); it resets on 2024-02-06 16:00 UTC. "
        "Chat credits, current window: 30 of 60 credits remain (0 used, 30 held); it resets on 2024-01-31 14:30 UTC. "
        "Nothing was charged. (QUOTA_EXHAUSTED)"
    )


def test_c5_f7_a_refusal_for_credits_and_one_for_a_closed_window() -> None:
    assert _refusal((NOW, Give(CREDIT, GrantKind.SIGN_UP, 500, None)), (NOW, Spend(CREDIT, 1_000))) == (
        "The remaining credits do not cover this. 1 credit is needed. Chat credits: 0.5 of 0.5 credits remain "
        "(0 used, 0 held); it does not reset by itself, only a new grant helps. "
        "Nothing was charged. (INSUFFICIENT_CREDITS)"
    )
    assert _refusal(QUOTA, LIMIT, (NOW, Spend(CREDIT, 75_000))) == (
        "The limit of the current window does not cover this. 75 credits are needed. Chat credits, current window: "
        "60 of 60 credits remain (0 used, 0 held); no window is open, and a new one gives no more than this. "
        "Nothing was charged. (WINDOW_LIMIT_REACHED)"
    )


def test_c5_f7_a_refusal_for_tasks_that_run_says_when_there_is_room_again() -> None:
    limited = (NOW, Entitle(((CREDIT, Pool.MAIN, 100_000, WEEK),), NOW, None, 1))
    assert _refusal(limited, TASK, TASK) == (
        "As many tasks run as the plan allows at the same time. One that ends makes room. "
        "Running tasks: 0 of 1 task remain (0 used, 1 held); each one that ends makes room, the first of them on "
        "2024-02-01 09:30 UTC at the latest. Nothing was charged. (CONCURRENCY_LIMIT_REACHED)"
    )


def test_c5_f7_a_refusal_without_limits() -> None:
    assert _refusal((NOW, Finish(0, TaskStatus.FAILED))).endswith("Nothing was charged. (TASK_ALREADY_RESOLVED)")


@share(4)
@given(histories)
def test_f7_every_entry_and_refusal_reads_well(history: History) -> None:
    run = Run()
    for step in history:
        decision = run.step(step)
        told = [explain(entry, words, run.grants) for entry in decision.page.entries for words in (WORDS, NO_WORDS)]
        told += [explain(entry, WORDS) for entry in decision.page.entries]
        if isinstance(decision, Refused):
            told.append(explain_refusal(decision.refusal, WORDS))
        for text in told:
            assert re.fullmatch(r"[A-Z0-9][^{}<>\n]*[.)]", text)
            assert not re.search(r"  |\bNone\b|\.\.", text)
            assert not re.search(r"(?<![\d.])1 (credit|token|chat message)s", text)
            assert not re.search(r"(?<![\d.])(?!1 )[\d.]+ (credit|token|chat message)\b", text)
            assert not re.search(r"\d{4}-\d\d-\d\d(?! \d\d:\d\d(:\d\d)? UTC)", text)


def test_f7_instants_show_seconds_only_when_there_are_some() -> None:
    run = Run(now=datetime.fromisoformat("2026-06-01T09:30:05+08:00"))
    run.step((NOW, Give(CREDIT, GrantKind.GUEST, 10_000, DAY)))
    assert "They expire on 2026-06-02 01:30:05 UTC." in explain(run.entries[-1], WORDS)


@pytest.mark.parametrize(
    ("noun", "several"),
    [("credit", "credits"), ("query", "queries"), ("day", "days"), ("batch", "batches"), ("pass", "passes")],
)
def test_f7_plurals(noun: str, several: str) -> None:
    assert plural(noun) == several
