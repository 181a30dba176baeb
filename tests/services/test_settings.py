"""Settings of a member in one workspace (B11, B12)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import Forbidden
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import RefusalCode
from domain.settings import SETTINGS_MAX, SettingsChange
from domain.usage import Surface
from models.persons import Person
from models.settings import WorkspaceSetting
from services.once import Once
from services.runtime import Runtime
from services.settings import NO_WORKSPACE, Setting, SettingsChanged, settings_of, update_settings
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of
from tests.factories.wallets import WalletRef, make_colleague, make_wallet
from tests.factories.workspaces import leave

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(runtime: Runtime) -> WalletRef:
    return await make_wallet(runtime)


@pytest.fixture
async def ada(runtime: Runtime, home: WalletRef) -> Principal:
    return await make_user(runtime, home.person_id)


async def put(
    runtime: Runtime,
    caller: Principal,
    workspace: UUID,
    values: Mapping[str, str] | None = None,
    *,
    remove: frozenset[str] = frozenset(),
    key: str | None = None,
) -> Once[SettingsChanged]:
    return await update_settings(runtime, caller, workspace, SettingsChange(values or {}, remove), key or str(uuid4()))


async def shown(runtime: Runtime, caller: Principal, workspace: UUID) -> dict[str, str]:
    found = await settings_of(runtime, caller, [workspace])
    return {setting.name: setting.value for setting in found.get(workspace, ())}


async def test_b12_what_is_given_changes_and_the_rest_stays(runtime: Runtime, home: WalletRef, ada: Principal) -> None:
    workspace = home.workspace_id
    assert (await put(runtime, ada, workspace, {"b": "1", "a": "", "bC": "🦉"})).result.refused is None
    await put(runtime, ada, workspace, {"b": "2", "d": "4"}, remove=frozenset({"a", "never"}))
    found = (await settings_of(runtime, ada, [workspace]))[workspace]
    assert found == (Setting("b", "2"), Setting("bC", "🦉"), Setting("d", "4"))


async def test_b12_what_stays_the_same_is_not_written(
    runtime: Runtime, clock: TestClock, home: WalletRef, ada: Principal
) -> None:
    await put(runtime, ada, home.workspace_id, {"a": "1"})
    before = await WorkspaceSetting.get(name="a")
    clock.advance(timedelta(hours=1))
    await put(runtime, ada, home.workspace_id, {"a": "1", "b": "2"})
    assert (await WorkspaceSetting.get(name="a")).updated_at == before.updated_at == NOW
    assert (await WorkspaceSetting.get(name="b")).updated_at > NOW


async def test_b11_settings_of_one_workspace_never_show_in_another(
    runtime: Runtime, home: WalletRef, ada: Principal
) -> None:
    office = await make_colleague(runtime, person_id=home.person_id)
    colleague = await make_colleague(runtime, office.workspace_id)
    bo = await make_user(runtime, colleague.person_id)
    await put(runtime, ada, home.workspace_id, {"theme": "dark"})
    await put(runtime, ada, office.workspace_id, {"theme": "light"})
    await put(runtime, bo, office.workspace_id, {"theme": "none"})
    assert await shown(runtime, ada, home.workspace_id) == {"theme": "dark"}
    assert await shown(runtime, ada, office.workspace_id) == {"theme": "light"}
    assert await shown(runtime, bo, office.workspace_id) == {"theme": "none"}
    assert await shown(runtime, bo, home.workspace_id) == {}
    service = await make_service(runtime)
    assert await shown(runtime, service, home.workspace_id) == {}
    await put(runtime, ada, home.workspace_id, remove=frozenset({"theme"}))
    assert await shown(runtime, ada, office.workspace_id) == {"theme": "light"}


async def test_b12_at_most_50_are_kept_and_more_are_refused_as_a_whole(
    runtime: Runtime, home: WalletRef, ada: Principal
) -> None:
    workspace, full = home.workspace_id, {f"n{n}": "" for n in range(SETTINGS_MAX)}
    assert (await put(runtime, ada, workspace, full)).result.refused is None
    refused = (await put(runtime, ada, workspace, {"one-more": "", "n1": "changed"}, remove=frozenset({"no"}))).result
    assert refused.refused
    assert (refused.refused.code, refused.refused.facts) == (RefusalCode.TOO_MANY_SETTINGS, {"max": "50"})
    assert await shown(runtime, ada, workspace) == full
    done = await put(runtime, ada, workspace, {"one-more": "", "n1": "changed"}, remove=frozenset({"n2"}))
    assert done.result.refused is None
    changed = {**full, "one-more": "", "n1": "changed"}
    del changed["n2"]
    assert await shown(runtime, ada, workspace) == changed


async def test_b12_many_at_once_stay_within_the_limit(runtime: Runtime, home: WalletRef, ada: Principal) -> None:
    sets = [{f"r{r}n{n}": str(r) for n in range(9)} for r in range(20)]
    done = await asyncio.gather(*(put(runtime, ada, home.workspace_id, values) for values in sets))
    accepted = [values for values, each in zip(sets, done, strict=True) if each.result.refused is None]
    assert len(accepted) == SETTINGS_MAX // 9
    kept = await shown(runtime, ada, home.workspace_id)
    assert kept == {name: value for values in accepted for name, value in values.items()}


async def test_f5_a_change_happens_once(runtime: Runtime, home: WalletRef, ada: Principal) -> None:
    workspace = home.workspace_id
    await put(runtime, ada, workspace, {"theme": "a very private thing"}, key="k")
    await put(runtime, ada, workspace, {"theme": "light"})
    before = await content(runtime.database)
    again = await put(runtime, ada, workspace, {"theme": "a very private thing"}, key="k")
    assert (again.result, again.replayed) == (SettingsChanged(), True)
    other = await put(runtime, ada, workspace, {"theme": "blue"}, key="k")
    assert other.result.refused
    assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before
    assert await places_of(runtime.database, "a very private thing") == set()


async def test_b11_who_is_no_member_is_told_of_no_workspace(runtime: Runtime, ada: Principal) -> None:
    stranger, left = await make_wallet(runtime), await make_colleague(runtime, person_id=ada.subject)
    await put(runtime, ada, left.workspace_id, {"theme": "dark"})
    await leave(left.workspace_id, left.person_id, NOW)
    for workspace in (stranger.workspace_id, left.workspace_id, uuid4()):
        assert (await put(runtime, ada, workspace, {"theme": "light"})).result == SettingsChanged(NO_WORKSPACE)
        assert await shown(runtime, ada, workspace) == {}
    assert [each.value for each in await WorkspaceSetting.all()] == ["dark"]


async def test_b13_where_a_workspace_does_not_work_its_settings_stay(runtime: Runtime, ada: Principal) -> None:
    office = await make_colleague(runtime, person_id=ada.subject)
    refused = (await put(runtime, replace(ada, surface=Surface.MOBILE), office.workspace_id, {"a": "b"})).result.refused
    assert refused
    assert (refused.code, refused.field) == (RefusalCode.PLATFORM_NOT_SUPPORTED, ("workspaceId",))
    assert await WorkspaceSetting.all() == []


async def test_a4_nothing_is_written_for_who_was_erased_meanwhile(
    runtime: Runtime, home: WalletRef, ada: Principal
) -> None:
    await Person.filter(id=ada.subject).update(status=PersonStatus.DELETED)
    assert (await put(runtime, ada, home.workspace_id, {"a": "b"})).result.refused == NO_WORKSPACE
    assert await WorkspaceSetting.all() == []


async def test_g1_settings_are_for_registered_people(runtime: Runtime, home: WalletRef) -> None:
    service = await make_service(runtime)
    for caller in (service, Principal(Caller.GUEST, home.person_id), Principal(Caller.OPERATOR, uuid4())):
        with pytest.raises(Forbidden):
            await put(runtime, caller, home.workspace_id, {"a": "b"})
    assert await settings_of(runtime, ANONYMOUS, [home.workspace_id]) == {}


@pytest.mark.parametrize("count", [1, SETTINGS_MAX])
async def test_a_change_is_six_statements_however_many(
    runtime: Runtime, home: WalletRef, ada: Principal, count: int
) -> None:
    async with recorded(runtime.database.pool) as statements:
        await put(runtime, ada, home.workspace_id, {f"n{n}": "" for n in range(count)})
    assert [statement.split()[0] for statement in statements] == [
        "BEGIN;",
        "INSERT",
        "SELECT",
        "WITH",
        "UPDATE",
        "COMMIT;",
    ]
