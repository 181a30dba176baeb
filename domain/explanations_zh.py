"""Explanations in Simplified Chinese: what `domain.explanations` tells, of every entry and every refusal (F7, C5)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar, assert_never

from domain.allowances import Allowance
from domain.amounts import format_amount
from domain.balances import Balance
from domain.benefits import SuspensionReason
from domain.entries import Entry, EntryKind
from domain.explanations import takes_back
from domain.grants import Draw, Grant, GrantKind
from domain.meters import Pool
from domain.periods import CycleUnit
from domain.pricing import PriceRule, Receipt
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.tasks import Task, TaskStatus
from domain.usage import Usage
from domain.wording import Words, plain

_Fact = TypeVar("_Fact")

_NO_GRANTS: Mapping[int, Grant] = MappingProxyType({})

_UNITS = {"credit": "积分", "request": "次请求", "token": "个令牌", "task": "个任务"}
"""What the catalog's units are called; another one is called as the catalog does."""
_METERS = {
    "chat_credit": "对话积分",
    "coding_request": "编程请求",
    "work_token": "工作令牌",
    "running_task": "运行中的任务",
}
_PRODUCTS = {"chat-message": "条对话消息", "coding-request": "次编程请求", "work-task": "个工作任务令牌"}

_KIND = {
    GrantKind.SIGN_UP: "注册赠送",
    GrantKind.REFERRAL: "推荐奖励",
    GrantKind.PROMOTIONAL: "促销",
    GrantKind.ADJUSTMENT: "调整",
    GrantKind.GUEST: "访客",
    GrantKind.PLAN: "套餐",
    GrantKind.PURCHASED: "购买",
}
_SUSPENDED = {
    SuspensionReason.SUBSCRIPTION_EXPIRED: "订阅已结束，续订后即可恢复",
    SuspensionReason.MEMBERSHIP_ENDED: "组织成员身份已结束，重新加入后即可恢复",
}
_CYCLES = {CycleUnit.MONTHS: "个月", CycleUnit.DAYS: "天", CycleUnit.HOURS: "小时"}
_REFUSED = {
    RefusalCode.NOT_FOUND: "找不到所请求的对象。",
    RefusalCode.NOT_ENTITLED: "该钱包既没有相应的配额，也没有相应的积分。",
    RefusalCode.QUOTA_EXHAUSTED: "本周期剩余的配额不足以支付本次用量。",
    RefusalCode.INSUFFICIENT_CREDITS: "剩余的积分不足以支付本次用量。",
    RefusalCode.GUEST_LIMIT_REACHED: "访客的免费消息已用完，注册后可获得更多。",
    RefusalCode.WINDOW_LIMIT_REACHED: "当前时间窗口的限额不足以支付本次用量。",
    RefusalCode.CONCURRENCY_LIMIT_REACHED: "同时运行的任务数已达到套餐上限。",
    RefusalCode.TOO_MANY_RUNNING_TASKS: "该钱包同时运行的任务数已达上限。",
    RefusalCode.TASK_ALREADY_RESOLVED: "该任务此前已完成、失败、取消或超时。",
    RefusalCode.ALREADY_GRANTED: "该配额已经发放，同一周期不会重复发放。",
    RefusalCode.PERSON_SUSPENDED: "该账户已被暂停。",
    RefusalCode.PERSON_TERMINATED: "该账户已被终止。",
    RefusalCode.SUBSCRIPTION_EXPIRED: "订阅已结束，其配额随之停用，续订后即可恢复。",
    RefusalCode.MEMBERSHIP_ENDED: "该钱包的所有者已不再是组织成员。",
    RefusalCode.PLATFORM_NOT_SUPPORTED: "企业工作区不支持当前平台，请改用网页版或个人工作区。",
    RefusalCode.CLIENT_NOT_APPROVED: "编程权益不适用于该程序，或该程序未能证明其身份。",
    RefusalCode.PERSONAL_USE_ONLY: "编程权益的API密钥仅限个人工作区使用，组织请使用按量计费的API。",
    RefusalCode.KEY_INVALID: "该API密钥无效。",
    RefusalCode.KEY_RESTRICTED: "该API密钥因使用方式已被限制。",
    RefusalCode.KEY_OUT_OF_SCOPE: "该API密钥不能用于此产品。",
    RefusalCode.IDEMPOTENCY_KEY_REUSED: "该幂等键最近已用于其他请求，新的请求请使用新的键。",
}
"""What wallets are refused for; of any other reason the recorded message is told."""


def explain(entry: Entry, words: Words, grants: Mapping[int, Grant] = _NO_GRANTS) -> str:
    """Tell what an entry records, why, and what remains; arguments as those of `domain.explanations.explain`."""
    return "".join((*_told(entry, words, grants), _figures(entry, words)))


def explain_refusal(refusal: Refusal, words: Words) -> str:
    """Tell why a command was refused: every limit, what remains in it, when it resets (C5).

    A reason without words of its own is told in those that were recorded, which are English.
    """
    sentences = [_REFUSED.get(refusal.code) or f"请求被拒绝：{refusal.message}"]
    charged = next((limit.meter for limit in refusal.limits if limit.pool is not Pool.CONCURRENCY), None)
    if charged and refusal.requested is not None:
        sentences.append(f"本次需要{_amount(words, charged, refusal.requested)}。")
    sentences += [_limit(limit, words) for limit in refusal.limits]
    return "".join((*sentences, f"未收取任何费用。（{refusal.code}）"))


def _told(  # noqa: PLR0911  (one return for each kind of the closed set)
    entry: Entry, words: Words, grants: Mapping[int, Grant]
) -> Iterable[str]:
    match entry.kind:
        case EntryKind.GRANT:
            return (_grant(entry, words),)
        case EntryKind.EXPIRE | EntryKind.REVOKE:
            return (_end(entry, words, grants),)
        case EntryKind.CONSUME:
            receipt = _need(entry.receipt)
            return (_cost(receipt, words), _drawn(receipt, words, grants))
        case EntryKind.HOLD | EntryKind.EXTEND | EntryKind.SETTLE | EntryKind.RELEASE | EntryKind.TIMEOUT:
            return _task(entry, words, grants)
        case EntryKind.NOTICE:
            return (f"已发送通知：{_need(entry.notice).kind}。",)
        case EntryKind.ALLOWANCE_STARTED | EntryKind.ALLOWANCE_CHANGED | EntryKind.ALLOWANCE_ENDED:
            return (_about_allowance(entry, words),)
        case EntryKind.BENEFITS_CHANGED | EntryKind.BENEFITS_SUSPENDED | EntryKind.RESTORE:
            return (_about_benefits(entry, words, grants),)
    assert_never(entry.kind)


def _about_allowance(entry: Entry, words: Words) -> str:
    allowance = _need(entry.allowance)
    told = _allowance(allowance, words)
    if entry.kind is EntryKind.ALLOWANCE_CHANGED:
        return f"自下一周期起改为{told}；当前周期不变。"
    if entry.kind is EntryKind.ALLOWANCE_ENDED:
        return f"{told}已于{_instant(entry.at)}结束。"
    when = "每个周期自首次使用时开始" if allowance.opens_on_use else "余额不结转"
    return f"{told}自{_instant(allowance.anchor)}起生效：{when}。"


def _about_benefits(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> str:
    if entry.kind is EntryKind.RESTORE:
        [change] = entry.changes
        amount = _amount(words, entry.meter, entry.amount)
        return f"权益已恢复，此前失效的{amount}已归还（{_name(change.grant, grants)}）。"
    benefits = _need(entry.benefits)
    if benefits.suspended is None:
        return f"权益有效期至{_instant(benefits.until)}。" if benefits.until else "权益长期有效。"
    return f"权益已于{_instant(entry.at)}暂停：{_SUSPENDED[benefits.suspended]}。"


def _grant(entry: Entry, words: Words) -> str:
    grant = _need(entry.grant)
    amount = _amount(words, grant.meter, grant.granted)
    if grant.allowance is None:
        ends = f"将于{_instant(grant.ends_at)}到期" if grant.ends_at else "不会过期"
        return f"已发放{amount}（{_KIND[grant.kind]}，发放记录{grant.number}），{ends}。"
    what = "新的时间窗口已开启" if grant.pool is Pool.WINDOW else "配额的新周期已开始"
    until = f"，有效期至{_instant(grant.ends_at)}" if grant.ends_at else ""
    return f"{what}，全额为{amount}{until}（发放记录{grant.number}）。"


def _taken_back(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> str:
    parts = [f"{_name(change.grant, grants)}{_amount(words, entry.meter, change.lapsed)}" for change in entry.changes]
    return f"已收回{_amount(words, entry.meter, entry.amount)}：{'、'.join(parts)}。"


def _end(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> str:
    if entry.kind is EntryKind.REVOKE and takes_back(entry, grants):
        return _taken_back(entry, words, grants)
    [change] = entry.changes
    name, known = _name(change.grant, grants), grants.get(change.grant)
    left = f"剩余的{_amount(words, entry.meter, entry.amount)}已失效" if entry.amount else "其中没有剩余"
    if entry.kind is EntryKind.REVOKE and not change.ends:
        back = "若权益在本周期结束前恢复，它们也会恢复。" if entry.amount else ""
        return f"权益已暂停，{left}（{name}）。{back}"
    if entry.kind is EntryKind.REVOKE:
        early = "在周期结束前" if known and known.allowance is not None else ""
        return f"{name}已{early}被撤销：{left}。"
    if known and known.allowance is not None:
        what = "时间窗口" if known.pool is Pool.WINDOW else "配额周期"
        return f"{what}已结束（{name}）：{left}，余额不结转。"
    return f"{name}已到期：{left}。"


def _task(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    task = _need(entry.task)
    held = _amount(words, entry.meter, task.held)
    match entry.kind:
        case EntryKind.HOLD:
            yield f"任务已开始，预估用量为{_used(task.usage, words)}：按{_rule(task.rule, words)}计为{held}。"
            yield f"已预留{held}，有效期至{_instant(task.expires_at)}{_held_on(task, words, grants)}。"
        case EntryKind.EXTEND:
            yield f"运行中的任务发送了心跳：其{held}的预留延长至{_instant(task.expires_at)}。"
        case EntryKind.SETTLE:
            yield from _settle(entry, task, words, grants)
        case EntryKind.RELEASE:
            how = "失败" if task.status is TaskStatus.FAILED else "已取消"
            yield f"任务{how}，未收取费用：其{held}的预留已释放。"
        case _:
            yield f"任务已于{_instant(entry.at)}超时：未按时完成或延长，因此未收取费用，其{held}的预留已释放。"
    running = {(row.allowance, row.period_start) for row in entry.balances if row.allowance is not None}
    for change in entry.changes:
        if change.lapsed:
            known, lapsed = grants.get(change.grant), _amount(words, entry.meter, change.lapsed)
            ongoing = known is not None and (known.allowance, known.period_start) in running
            why = "权益已暂停" if ongoing else "期间已结束"
            yield f"{_name(change.grant, grants)}：{why}，预留中的{lapsed}随之失效。"


def _settle(entry: Entry, task: Task, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    receipt = _need(entry.receipt)
    held = _amount(words, entry.meter, task.held)
    yield f"任务已完成：{_cost(receipt, words)}"
    if receipt.waived:
        price, waived = (_amount(words, entry.meter, amount) for amount in (receipt.price, receipt.waived))
        yield f"其价格为{price}；运行中的任务即使余额不足也会完成，因此仅扣除了现有余额，其余{waived}已免除。"
    if receipt.charged > task.held:
        yield f"此前预留了{held}，另外扣除了{_amount(words, entry.meter, receipt.charged - task.held)}。"
    elif receipt.charged < task.held:
        yield f"此前预留了{held}，其中{_amount(words, entry.meter, task.held - receipt.charged)}未使用。"
    yield _drawn(receipt, words, grants)


def _cost(receipt: Receipt, words: Words) -> str:
    charged = _amount(words, receipt.rule.meter, receipt.charged)
    return f"{_used(receipt.usage, words)}，费用为{charged}：{_rule(receipt.rule, words)}。"


def _drawn(receipt: Receipt, words: Words, grants: Mapping[int, Grant]) -> str:
    amounts: dict[int, int] = {}
    for drawn in receipt.draws:  # a grant stands twice where a task took from its hold and beyond it
        amounts[drawn.grant] = amounts.get(drawn.grant, 0) + drawn.amount
    main, windows = _by_pool((Draw(grant, amount) for grant, amount in amounts.items()), grants)
    told = f"扣除来源：{_parts(main, receipt.rule.meter, words, grants)}。" if main else "未扣除任何余额。"
    if windows:
        told += f"同时计入时间窗口（{'、'.join(_name(drawn.grant, grants) for drawn in windows)}）。"
    return told


def _held_on(task: Task, words: Words, grants: Mapping[int, Grant]) -> str:
    main, windows = _by_pool(task.draws, grants)
    on = f"，来源：{_parts(main, task.rule.meter, words, grants)}" if main else ""
    return f"{on}；时间窗口也预留了同样的数量" if windows else on


def _parts(draws: list[Draw], meter: str, words: Words, grants: Mapping[int, Grant]) -> str:
    if len(draws) == 1:
        return _name(draws[0].grant, grants)
    return "、".join(f"{_name(drawn.grant, grants)}{_amount(words, meter, drawn.amount)}" for drawn in draws)


def _by_pool(draws: Iterable[Draw], grants: Mapping[int, Grant]) -> tuple[list[Draw], list[Draw]]:
    main: list[Draw] = []
    windows: list[Draw] = []
    for drawn in draws:
        known = grants.get(drawn.grant)
        (windows if known and known.pool is Pool.WINDOW else main).append(drawn)
    return main, windows


def _figures(entry: Entry, words: Words) -> str:
    rows = [row for row in entry.balances if row.meter == entry.meter]
    quota = any(row.allowance is not None and row.pool is Pool.MAIN for row in rows)
    rows.sort(key=lambda row: (row.allowance is None, row.pool))
    return "".join(_figure(row, words, beside_quota=quota) for row in rows)


def _figure(row: Balance, words: Words, *, beside_quota: bool) -> str:
    remaining = _amount(words, row.meter, row.remaining)
    beside = f"（另有{_amount(words, row.meter, row.held)}被预留）" if row.held else ""
    if row.allowance is None:
        return f"{'配额之外' if beside_quota else ''}剩余{remaining}{beside}。"
    if row.pool is Pool.WINDOW and row.resets_at is None and not row.lapsed:
        return f"当前没有开启的时间窗口：下次使用将开启一个{remaining}的窗口。"
    if row.resets_at is None:
        return ""  # suspended, or between two periods: a later entry says what the new one gives
    where = "时间窗口" if row.pool is Pool.WINDOW else "配额"
    granted = _amount(words, row.meter, row.granted)
    return f"{where}剩余{remaining}，共{granted}{beside}；将于{_instant(row.resets_at)}重置。"


def _limit(limit: LimitState, words: Words) -> str:
    meter = words.meters.get(limit.meter)
    name = _METERS.get(limit.meter) or (meter.name if meter else limit.meter)
    what = f"{name}（当前时间窗口）" if limit.pool is Pool.WINDOW else name
    of = f"剩余{_amount(words, limit.meter, limit.remaining)}，共{_amount(words, limit.meter, limit.limit)}"
    used = f"已用{format_amount(limit.used)}，预留{format_amount(limit.held)}"
    if limit.pool is Pool.CONCURRENCY:
        first = f"，最早的一个最迟于{_instant(limit.resets_at)}结束" if limit.resets_at else ""
        return f"{what}：{of}（{used}）；任务结束后即可腾出名额{first}。"
    if limit.resets_at:
        resets = f"将于{_instant(limit.resets_at)}重置"
    elif limit.pool is Pool.WINDOW:
        resets = "当前没有开启的时间窗口，新的窗口也不会超过此限额"
    else:
        resets = "不会自动重置，需要新的额度"
    return f"{what}：{of}（{used}）；{resets}。"


def _used(usage: Usage, words: Words) -> str:
    through = f"通过{usage.client}" if usage.client else ""
    counted, known = _PRODUCTS.get(usage.product), words.products.get(usage.product)
    name = known.name if known else plain(usage.product)
    quantity = format_amount(usage.quantity)
    return f"在{usage.surface}端{through}使用了 {f'{quantity} {counted}' if counted else f'{quantity} × {name}'}"


def _rule(rule: PriceRule, words: Words) -> str:
    return f"计价规则{rule.id}，第{rule.version}版，单价{_amount(words, rule.meter, rule.per_unit)}"


def _allowance(allowance: Allowance, words: Words) -> str:
    cycle, amount = allowance.cycle, _amount(words, allowance.meter, allowance.amount)
    what = "限额" if allowance.pool is Pool.WINDOW else "配额"
    every = f"每 {cycle.count} {_CYCLES[cycle.unit]}"
    return f"{every}{amount}的{what}（额度{allowance.number}，{allowance.source}）"


def _name(number: int, grants: Mapping[int, Grant]) -> str:
    known = grants.get(number)
    if known is None:
        return f"发放记录{number}"
    return f"发放记录{number}（{'时间窗口' if known.pool is Pool.WINDOW else _KIND[known.kind]}）"


def _amount(words: Words, meter: str, thousandths: int) -> str:
    known = words.meters.get(meter)
    unit = known.unit if known else plain(meter)
    return f" {format_amount(thousandths)} {_UNITS.get(unit, unit)}"


def _instant(at: datetime) -> str:
    moment = at.astimezone(UTC)
    return f" {moment:%Y-%m-%d %H:%M:%S} UTC " if moment.second else f" {moment:%Y-%m-%d %H:%M} UTC "


def _need(fact: _Fact | None) -> _Fact:
    if fact is None:
        raise ValueError("the entry lacks what every entry of its kind has")
    return fact
