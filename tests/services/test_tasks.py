"""Reporting usage in two steps (F4): start holds, complete settles, fail and cancel release, a heartbeat extends."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.authorization import READ
from domain.catalog import Catalog
from domain.entries import Entry, EntryKind
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.principals import ANONYMOUS, Principal
from domain.refusals import Refusal, RefusalCode
from domain.tasks import Task, TaskStatus
from services.posting import Outcome, Posted
from services.runtime import Runtime
from services.tasks import cancel_task, complete_task, extend_task, fail_task, start_task
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.tables import content
from tests.factories.usage import A_DAY, chat
from tests.factories.wallets import WalletRef, make_colleague, make_wallet

pytestmark = pytest.mark.anyio

Verb = Callable[[Runtime, Principal, UUID, str], Awaitable[Outcome]]


async def complete_with_one(runtime: Runtime, principal: Principal, task_id: UUID, key: str) -> Outcome:
    return await complete_task(runtime, principal, task_id, 1_000, key)


VERBS: tuple[Verb, ...] = (complete_with_one, fail_task, cancel_task, extend_task)
RESOLVING = VERBS[:3]


def entry_of(outcome: Outcome) -> Entry:
    assert isinstance(outcome, Posted), outcome
    assert outcome.entry
    return outcome.entry


def task_of(outcome: Outcome) -> Task:
    task = entry_of(outcome).task
    assert task
    return task


def code_of(outcome: Outcome) -> RefusalCode | None:
    return outcome.code if isinstance(outcome, Refusal) else None


async def figures(runtime: Runtime, wallet: WalletRef) -> tuple[int, int, int]:
    row = await runtime.database.pool.fetchrow(
        "SELECT sum(used)::int, sum(held)::int, sum(remaining)::int FROM grants WHERE wallet_id = $1", wallet.id
    )
    assert row
    return row[0], row[1], row[2]


@pytest.fixture
async def wallet(runtime: Runtime) -> WalletRef:
    return await make_wallet(runtime, credits_=10)


@pytest.fixture
async def service(runtime: Runtime) -> Principal:
    return await make_service(runtime)


async def test_f4_start_holds_the_estimate_for_24_hours(
    runtime: Runtime, wallet: WalletRef, service: Principal
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    assert (task.status, task.held, task.started_at) == (TaskStatus.RUNNING, 4_000, NOW)
    assert task.expires_at == NOW + A_DAY
    assert task.usage.credential == service.credential
    assert await figures(runtime, wallet) == (0, 4_000, 6_000)


async def test_f4_complete_settles_what_was_used_and_waives_what_is_not_there(
    runtime: Runtime, service: Principal
) -> None:
    for used, charged, waived in ((0, 0, 0), (1, 1, 0), (4, 4, 0), (7, 7, 0), (40, 10, 30)):
        wallet = await make_wallet(runtime, credits_=10)
        task = task_of(await start_task(runtime, service, chat(wallet.id, 4), f"start {used}"))
        entry = entry_of(await complete_task(runtime, service, task.id, used * 1_000, f"complete {used}"))
        assert entry.kind is EntryKind.SETTLE
        assert entry.receipt
        assert (entry.receipt.charged, entry.receipt.waived) == (charged * 1_000, waived * 1_000)
        assert entry.receipt.usage.quantity == used * 1_000
        assert await figures(runtime, wallet) == (charged * 1_000, 0, (10 - charged) * 1_000)


@pytest.mark.parametrize(("verb", "status"), [(fail_task, TaskStatus.FAILED), (cancel_task, TaskStatus.CANCELLED)])
async def test_f4_fail_and_cancel_release_the_hold(
    runtime: Runtime, wallet: WalletRef, service: Principal, verb: Verb, status: TaskStatus
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    assert task_of(await verb(runtime, service, task.id, "end")).status is status
    assert await figures(runtime, wallet) == (0, 0, 10_000)


async def test_f4_a_heartbeat_gives_24_hours_from_now_on(
    runtime: Runtime, wallet: WalletRef, service: Principal, clock: TestClock
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    clock.advance(timedelta(hours=23))
    assert task_of(await extend_task(runtime, service, task.id, "beat")).expires_at == clock.now + A_DAY
    clock.advance(timedelta(hours=23, minutes=59))
    assert code_of(await complete_with_one(runtime, service, task.id, "end")) is None


async def test_f4_a_hold_times_out_by_itself_to_the_microsecond(
    runtime: Runtime, wallet: WalletRef, service: Principal, clock: TestClock
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    clock.now = NOW + A_DAY
    assert code_of(await complete_with_one(runtime, service, task.id, "end")) is RefusalCode.TASK_ALREADY_RESOLVED
    kinds = await runtime.database.pool.fetch("SELECT kind FROM entries ORDER BY number")
    assert [row["kind"] for row in kinds] == ["GRANT", "HOLD", "TIMEOUT"]
    assert await figures(runtime, wallet) == (0, 0, 10_000)


@pytest.mark.parametrize("first", RESOLVING)
async def test_f4_a_task_resolves_once(runtime: Runtime, wallet: WalletRef, service: Principal, first: Verb) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    original = await first(runtime, service, task.id, "first")
    for number, verb in enumerate(VERBS):
        outcome = await verb(runtime, service, task.id, f"later {number}")
        assert code_of(outcome) is RefusalCode.TASK_ALREADY_RESOLVED
    assert isinstance(original, Posted)
    assert await first(runtime, service, task.id, "first") == replace(original, replayed=True)


async def test_f5_a_start_that_is_repeated_is_the_same_task(
    runtime: Runtime, wallet: WalletRef, service: Principal
) -> None:
    started = await start_task(runtime, service, chat(wallet.id, 4), "start")
    assert task_of(await start_task(runtime, service, chat(wallet.id, 4), "start")) == task_of(started)
    assert (
        code_of(await start_task(runtime, service, chat(wallet.id, 5), "start")) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    )
    for verb in VERBS:  # a key belongs to one verb
        outcome = await verb(runtime, service, task_of(started).id, "start")
        assert code_of(outcome) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await figures(runtime, wallet) == (0, 4_000, 6_000)


async def test_f4_a_wallet_has_a_bounded_number_of_running_tasks(
    runtime: Runtime, wallet: WalletRef, service: Principal, catalog: Catalog
) -> None:
    policies = replace(catalog.policies, running_tasks_per_wallet_max=2)
    bounded = replace(runtime, catalog=replace(catalog, policies=policies))
    tasks = [task_of(await start_task(bounded, service, chat(wallet.id), key)) for key in "ab"]
    outcome = await start_task(bounded, service, chat(wallet.id), "c")
    assert code_of(outcome) is RefusalCode.TOO_MANY_RUNNING_TASKS
    await cancel_task(bounded, service, tasks[0].id, "d")
    assert code_of(await start_task(bounded, service, chat(wallet.id), "e")) is None


async def test_f4_bad_input_names_its_field_and_changes_nothing(
    runtime: Runtime, wallet: WalletRef, service: Principal
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    before = await content(runtime.database)
    for quantity in (0, -1, -1_000, 1, 1_500, 100_001, 2**63, 10**30):
        with pytest.raises(InvalidInput) as caught:
            await start_task(runtime, service, replace(chat(wallet.id), quantity=quantity), "k")
        assert caught.value.field == ("input", "estimate")
    for quantity in (-1, -1_000, 1, 1_500, 100_001, 2**63, 10**30):
        with pytest.raises(InvalidInput) as caught:
            await complete_task(runtime, service, task.id, quantity, "k")
        assert caught.value.field == ("input", "quantity")
    for report in (replace(chat(wallet.id), product="tea"), replace(chat(wallet.id), client="a\x00")):
        with pytest.raises(InvalidInput):
            await start_task(runtime, service, report, "k")
    for key in ("", "\x00", "x" * 256):
        for verb in VERBS:
            with pytest.raises(InvalidInput) as caught:
                await verb(runtime, service, task.id, key)
            assert caught.value.field == ("input", "idempotencyKey")
    assert await content(runtime.database) == before


async def test_b11_unknown_and_foreign_tasks_are_the_same(
    runtime: Runtime, wallet: WalletRef, service: Principal
) -> None:
    elsewhere = await make_colleague(runtime)
    foreign = await make_service(runtime, workspace_id=elsewhere.workspace_id)
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    before = await content(runtime.database)
    for number, verb in enumerate(VERBS):
        hidden = await verb(runtime, foreign, task.id, f"k{number}")
        assert hidden == await verb(runtime, foreign, uuid4(), f"k{number}")
        assert code_of(hidden) is RefusalCode.NOT_FOUND
    assert await content(runtime.database) == before


async def test_g1_only_services_with_the_scope_have_tasks(
    runtime: Runtime, wallet: WalletRef, service: Principal
) -> None:
    task = task_of(await start_task(runtime, service, chat(wallet.id, 4), "start"))
    user, reader = await make_user(runtime, wallet.person_id), await make_service(runtime, frozenset({READ}))
    before = await content(runtime.database)
    for principal, error in ((ANONYMOUS, Unauthenticated), (user, Forbidden), (reader, Forbidden)):
        for verb in VERBS:
            with pytest.raises(error):
                await verb(runtime, principal, task.id, "k")
        with pytest.raises(error):
            await start_task(runtime, principal, chat(wallet.id), "k")
    assert await content(runtime.database) == before
