"""Explanations in Chinese (F7, C5): of every kind of entry and every refusal, as whole and as exact as in English."""

import re
from datetime import timedelta

import pytest
from hypothesis import given

from domain import explanations
from domain.benefits import SuspensionReason
from domain.entries import Entry, EntryKind
from domain.explanations_zh import explain, explain_refusal
from domain.grants import GrantKind
from domain.ledger import Refused
from domain.meters import Meter, Pool, Product
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.tasks import TaskStatus
from domain.wording import Words
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
    {CREDIT: Meter(CREDIT, "Chat credits", "credit"), TOKEN: Meter(TOKEN, "Work tokens", "token")},
    {"chat-message": Product("chat-message", "Chat message", 1_000, 100_000)},
)
NO_WORDS = Words({}, {})
GIFT = (NOW, Give(CREDIT, GrantKind.SIGN_UP, 100_000, None))
QUOTA = (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))
LIMIT = (NOW, Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW))
TASK = (NOW, Start(CREDIT, 30_000, DAY))
QUOTAS = ((CREDIT, Pool.MAIN, 100_000, WEEK),)
MORE = ((CREDIT, Pool.MAIN, 200_000, WEEK),)

EVERYTHING: tuple[tuple[tuple[timedelta, Action], ...], ...] = (
    (GIFT, (NOW, Spend(CREDIT, 1_000)), TASK, (HOUR, Finish(0, None)), (HOUR, Finish(0, TaskStatus.COMPLETED, 1_000))),
    (GIFT, TASK, (NOW, Finish(0, TaskStatus.FAILED)), TASK, (2 * DAY, Nothing())),
    (QUOTA, LIMIT, (NOW, Spend(CREDIT, 1_000)), (8 * DAY, Nothing()), (NOW, Unsubscribe(1)), (NOW, Say())),
    (
        (NOW, Entitle(QUOTAS, NOW, None)),
        (HOUR, Suspend(SuspensionReason.SUBSCRIPTION_EXPIRED)),
        (HOUR, Entitle(MORE, NOW, None)),
    ),
)
"""Histories in which every kind of entry occurs."""


def last(*history: tuple[timedelta, Action]) -> str:
    run = play(list(history))
    return explain(run.entries[-1], WORDS, run.grants)


def test_f7_every_kind_is_told_in_both_languages() -> None:
    kinds = set[EntryKind]()
    for history in EVERYTHING:
        run = play(list(history))
        for entry in run.entries:
            kinds.add(entry.kind)
            english, chinese = (tell(entry, WORDS, run.grants) for tell in (explanations.explain, explain))
            assert english != chinese
            assert set(amounts(english)) >= set(amounts(chinese))
    assert kinds == set(EntryKind)


def amounts(text: str) -> list[str]:
    """The instants of a text: what is exact in one language is so in the other."""
    return re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC", text)


def test_f7_consume() -> None:
    assert last(GIFT, (NOW, Spend(CREDIT, 1_000))) == (
        "在WEB端通过kimi-web使用了 1 条对话消息，费用为 1 积分：计价规则chat-message，第1版，单价 1 积分。"
        "扣除来源：发放记录1（注册赠送）。剩余 99 积分。"
    )


def test_f7_settle_above_what_was_there() -> None:
    assert last(GIFT, TASK, (HOUR, Finish(0, TaskStatus.COMPLETED, 200_000))) == (
        "任务已完成：在WEB端通过kimi-web使用了 200 条对话消息，费用为 100 积分："
        "计价规则chat-message，第1版，单价 1 积分。其价格为 200 积分；"
        "运行中的任务即使余额不足也会完成，因此仅扣除了现有余额，其余 100 积分已免除。"
        "此前预留了 30 积分，另外扣除了 70 积分。扣除来源：发放记录1（注册赠送）。剩余 0 积分。"
    )


def test_f7_b7_what_a_task_gives_back_while_benefits_are_suspended() -> None:
    gone = (HOUR, Suspend(SuspensionReason.MEMBERSHIP_ENDED))
    assert "发放记录1（套餐）：权益已暂停，预留中的 30 积分随之失效。" in last(
        QUOTA, TASK, gone, (NOW, Finish(0, TaskStatus.FAILED))
    )


@pytest.mark.parametrize("code", RefusalCode)
def test_c5_f7_every_refusal_is_told(code: RefusalCode) -> None:
    told = explain_refusal(Refusal(code, "In English."), WORDS)
    assert told.endswith(f"未收取任何费用。（{code}）")
    assert re.match(r"[\u4e00-\u9fff]", told)


def test_c5_f7_a_refusal_names_every_limit() -> None:
    limits = (
        LimitState(CREDIT, Pool.MAIN, 100_000, 0, 30_000, 70_000, T0),
        LimitState(CREDIT, Pool.WINDOW, 60_000, 0, 0, 60_000, None),
        LimitState(TOKEN, Pool.MAIN, 500, 0, 0, 500, None),
        LimitState("running_task", Pool.CONCURRENCY, 1_000, 1_000, 0, 0, T0),
        LimitState("running_task", Pool.CONCURRENCY, 0, 0, 0, 0, None),
    )
    refusal = Refusal(RefusalCode.QUOTA_EXHAUSTED, "", limits=limits, requested=75_000)
    assert explain_refusal(refusal, WORDS) == (
        "本周期剩余的配额不足以支付本次用量。本次需要 75 积分。"
        "Chat credits：剩余 70 积分，共 100 积分（已用0，预留30）；将于 2024-01-31 09:30 UTC 重置。"
        "Chat credits（当前时间窗口）：剩余 60 积分，共 60 积分（已用0，预留0）；"
        "当前没有开启的时间窗口，新的窗口也不会超过此限额。"
        "Work tokens：剩余 0.5 个令牌，共 0.5 个令牌（已用0，预留0）；不会自动重置，需要新的额度。"
        "运行中的任务：剩余 0 running task，共 1 running task（已用1，预留0）；"
        "任务结束后即可腾出名额，最早的一个最迟于 2024-01-31 09:30 UTC 结束。"
        "运行中的任务：剩余 0 running task，共 0 running task（已用0，预留0）；任务结束后即可腾出名额。"
        "未收取任何费用。（QUOTA_EXHAUSTED）"
    )


def test_f7_an_entry_that_lacks_its_facts_is_a_fault() -> None:
    with pytest.raises(ValueError, match="lacks"):
        explain(Entry(1, EntryKind.CONSUME, T0, CREDIT, 1), WORDS)


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
            assert re.fullmatch(r"[^{}<>\n]*[。）]", text)
            assert not re.search(r"  |\bNone\b|。。|，。|：。", text)
