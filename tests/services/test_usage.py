"""Reporting usage in one step (F4, D1): what is charged, what is recorded, and what is no report at all."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.authorization import READ, WRITE
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from services.posting import Outcome, Posted
from services.requests import requested
from services.runtime import Runtime
from services.usage import UsageReport, consume
from tests.factories.clock import NOW
from tests.factories.credentials import make_service, make_user
from tests.factories.tables import content
from tests.factories.usage import chat, coding
from tests.factories.wallets import make_colleague, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

TOO_MUCH = "must be at most 100 for chat-message"
BAD_QUANTITIES = {
    0: "must be greater than 0",
    -1: "must be greater than 0",
    -1_000: "must be greater than 0",
    -(10**30): "must be greater than 0",
    1: "must be a whole number for chat-message",
    1_500: "must be a whole number for chat-message",
    100_001: TOO_MUCH,
    101_000: TOO_MUCH,
    2**63: TOO_MUCH,
    10**30: TOO_MUCH,
}
PRINTABLE = "must be 1 to {} printable characters"
BAD_TEXTS = ["", "a\x00b", "\x00", "a\nb", "a\tb", "\x7f", "\u200b", "\u2028", "\ud800"]


def code_of(outcome: Outcome) -> RefusalCode | None:
    return outcome.code if isinstance(outcome, Refusal) else None


async def test_d1_a_chat_message_costs_a_credit_and_the_receipt_says_why(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=10), await make_service(runtime)
    outcome = await consume(runtime, service, chat(wallet.id, 3), "k")
    assert isinstance(outcome, Posted)
    entry = outcome.entry
    assert entry
    assert entry.receipt
    assert (entry.amount, entry.at, entry.receipt.price, entry.receipt.waived) == (3_000, NOW, 3_000, 0)
    usage, rule = entry.receipt.usage, entry.receipt.rule
    assert (usage.product, usage.quantity, usage.surface, usage.client) == (
        "chat-message",
        3_000,
        Surface.WEB,
        "kimi-web",
    )
    assert usage.credential == service.credential
    assert (rule.id, rule.version) == ("chat-message-standard", 1)
    assert [(draw.grant, draw.amount) for draw in entry.receipt.draws] == [(1, 3_000)]
    assert await runtime.database.pool.fetchval("SELECT caller FROM entries WHERE number = 2") == service.subject


async def test_c5_a_charge_is_drawn_from_cycle_and_window_and_the_shorter_one_refuses(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, plan="plus"), await make_service(runtime)
    assert code_of(await consume(runtime, service, coding(wallet.id, 60), "a")) is None
    outcome = await consume(runtime, service, coding(wallet.id, 41), "b")
    assert isinstance(outcome, Refusal)
    assert outcome.code is RefusalCode.WINDOW_LIMIT_REACHED
    assert [(limit.pool, limit.limit, limit.used, limit.remaining) for limit in outcome.limits] == [
        ("WINDOW", 100_000, 60_000, 40_000)
    ]
    assert outcome.limits[0].resets_at is not None


async def test_f4_a_wallet_without_the_meter_is_not_entitled(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=10), await make_service(runtime)
    assert code_of(await consume(runtime, service, coding(wallet.id), "k")) is RefusalCode.NOT_ENTITLED


async def test_f5_each_fact_of_a_report_is_part_of_the_request(runtime: Runtime) -> None:
    (wallet, other), service = await make_wallets(runtime, 2, credits_=50), await make_service(runtime)
    report = chat(wallet.id, 2)
    original = await consume(runtime, service, report, "k")
    for changed in (
        replace(report, wallet_id=other.id),
        replace(report, product="work-task"),
        replace(report, quantity=3_000),
        replace(report, surface=Surface.MOBILE),
        replace(report, client="kimi-cli"),
        replace(report, client=None),
    ):
        assert code_of(await consume(runtime, service, changed, "k")) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    again = await consume(runtime, service, report, "k")
    assert isinstance(original, Posted)
    assert again == replace(original, replayed=True)


async def test_f5_another_verb_is_another_request() -> None:
    assert requested("k", "consume", {"a": 1, "b": 2}) == requested("k", "consume", {"b": 2, "a": 1})
    assert requested("k", "consume", {"a": 1}) != requested("k", "startTask", {"a": 1})


async def test_f5_another_credential_of_the_same_service_is_the_same_caller(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=10), await make_service(runtime)
    await consume(runtime, service, chat(wallet.id), "k")
    again = await consume(runtime, replace(service, credential=uuid4()), chat(wallet.id), "k")
    assert isinstance(again, Posted)
    assert again.replayed


async def test_f4_bad_input_names_its_field_and_changes_nothing(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=10), await make_service(runtime)
    before, good = await content(runtime.database), chat(wallet.id)
    cases: list[tuple[UsageReport, str, str, str]] = [
        (replace(good, quantity=quantity), "k", "quantity", problem) for quantity, problem in BAD_QUANTITIES.items()
    ]
    unknown = "must be one of chat-message, coding-request, work-task"
    cases += [
        (replace(good, product=product), "k", "product", unknown) for product in ("", "tea", "Chat-Message", "\x00")
    ]
    clients = [*BAD_TEXTS, "x" * 101]
    cases += [(replace(good, client=client), "k", "client", PRINTABLE.format(100)) for client in clients]
    keys = [*BAD_TEXTS, "x" * 256]
    cases += [(good, key, "idempotencyKey", PRINTABLE.format(255) + ", such as a UUID") for key in keys]
    for report, key, field, problem in cases:
        with pytest.raises(InvalidInput) as caught:
            await consume(runtime, service, report, key)
        assert (caught.value.field, caught.value.problem) == (("input", field), problem), (report, key)
    assert await content(runtime.database) == before


async def test_f4_the_greatest_input_that_is_allowed_is_accepted(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=100), await make_service(runtime)
    report = replace(chat(wallet.id, 100), client="ü" * 100)
    assert code_of(await consume(runtime, service, report, "𝒳" * 255)) is None


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
async def test_f5_whatever_the_key_it_is_refused_by_name_or_works_twice_as_once(runtime: Runtime, text: str) -> None:
    service = Principal(Caller.SERVICE, uuid4(), uuid4(), frozenset({WRITE}))
    wallet_id = await runtime.database.pool.fetchval("SELECT id FROM wallets LIMIT 1")
    if wallet_id is None:
        wallet_id = (await make_wallet(runtime, credits_=10_000)).id
    if not text.isprintable() or not 1 <= len(text) <= 255:
        with pytest.raises(InvalidInput) as caught:
            await consume(runtime, service, chat(wallet_id), text)
        assert caught.value.field == ("input", "idempotencyKey")
        return
    first = await consume(runtime, service, chat(wallet_id), text)
    second = await consume(runtime, service, chat(wallet_id), text)
    assert isinstance(first, Posted)
    assert second == replace(first, replayed=True)


async def test_g1_only_services_with_the_scope_report_usage(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    user = await make_user(runtime, wallet.person_id)
    reader = await make_service(runtime, frozenset({READ}))
    before = await content(runtime.database)
    with pytest.raises(Unauthenticated):
        await consume(runtime, ANONYMOUS, chat(wallet.id), "k")
    for principal in (user, reader):
        with pytest.raises(Forbidden):
            await consume(runtime, principal, chat(wallet.id), "k")
    assert await content(runtime.database) == before


async def test_b11_a_service_of_another_workspace_learns_nothing(runtime: Runtime) -> None:
    wallet, elsewhere = await make_colleague(runtime, credits_=10), await make_colleague(runtime)
    foreign = await make_service(runtime, workspace_id=elsewhere.workspace_id)
    at_home = await make_service(runtime, workspace_id=wallet.workspace_id)
    before = await content(runtime.database)
    hidden = await consume(runtime, foreign, chat(wallet.id), "k")
    assert hidden == await consume(runtime, foreign, chat(uuid4()), "k")
    assert code_of(hidden) is RefusalCode.NOT_FOUND
    assert await content(runtime.database) == before
    assert code_of(await consume(runtime, at_home, chat(wallet.id), "k")) is None
