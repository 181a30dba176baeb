"""Profiles (issue 3, item 8): one's own name, language, zone and first workspace."""

import asyncio

import pytest

from domain.errors import Forbidden, InvalidInput
from domain.persons import Locale
from domain.principals import Caller, Principal
from domain.refusals import RefusalCode
from models.persons import Person
from services.profiles import ProfileChange, ProfileChanged, update_profile
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_user
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of
from tests.factories.workspaces import join, leave, make_enterprise_workspace, make_personal_workspace

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(runtime: Runtime) -> Principal:
    return await make_user(runtime, await make_person())


async def test_what_is_given_changes_and_the_rest_stays(runtime: Runtime, ada: Principal) -> None:
    assert ada.subject
    workspace = await make_personal_workspace(ada.subject)
    await update_profile(runtime, ada, ProfileChange(" Ada L. ", Locale.SIMPLIFIED_CHINESE), "1")
    await update_profile(runtime, ada, ProfileChange(time_zone="Asia/Shanghai"), "2")
    await update_profile(runtime, ada, ProfileChange(default_workspace_id=workspace), "3")
    await update_profile(runtime, ada, ProfileChange(), "4")
    person = await Person.get(id=ada.subject)
    assert (person.display_name, person.locale, person.time_zone, person.default_workspace_id) == (
        "Ada L.",
        Locale.SIMPLIFIED_CHINESE,
        "Asia/Shanghai",
        workspace,
    )


async def test_f5_a_change_happens_once(runtime: Runtime, ada: Principal) -> None:
    done = await update_profile(runtime, ada, ProfileChange("Lovelace"), "k")
    assert (done.result, done.replayed) == (ProfileChanged(), False)
    await update_profile(runtime, ada, ProfileChange("Countess"), "later")
    before = await content(runtime.database)
    again = await update_profile(runtime, ada, ProfileChange("Lovelace"), "k")
    assert (again.result, again.replayed) == (ProfileChanged(), True)
    other = await update_profile(runtime, ada, ProfileChange("Somebody"), "k")
    assert other.result.refused
    assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before
    assert await places_of(runtime.database, "Lovelace") == set()  # personal data stands in the profile alone
    assert await places_of(runtime.database, "Countess") == {"persons.display_name"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *((ProfileChange(name), "displayName") for name in ("", "   ", "x" * 101, "x" * 100_000, "a\0b", "a\nb")),
        *((ProfileChange(name), "displayName") for name in ("\u202eevil", "\u200b", "\ud800", "\u2028", "\ufeff")),
        *((ProfileChange(time_zone=zone), "timeZone") for zone in ("", "UTC+8", "asia/shanghai", "Mars/Olympus")),
        *((ProfileChange(time_zone=zone), "timeZone") for zone in ("/etc/localtime", "../UTC", "a\0b", "Factory")),
        (ProfileChange(time_zone="x" * 100_000), "timeZone"),
    ],
)
async def test_bad_input_names_the_field_and_changes_nothing(
    runtime: Runtime, ada: Principal, change: ProfileChange, field: str
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput) as refused:
        await update_profile(runtime, ada, change, "k")
    assert refused.value.field == ("input", field)
    assert await content(runtime.database) == before


@pytest.mark.parametrize("name", ["A", "Zoë", "李明", "👩‍💻 Ada", "x" * 100, "O'Brien-Ng", "نگار‌نیا"])
async def test_names_of_people_are_names(runtime: Runtime, ada: Principal, name: str) -> None:
    await update_profile(runtime, ada, ProfileChange(name), "k")
    assert (await Person.get(id=ada.subject)).display_name == name


async def test_b11_only_ones_own_workspaces_can_be_the_first(runtime: Runtime, ada: Principal) -> None:
    assert ada.subject
    foreign, left = await make_enterprise_workspace(), await make_enterprise_workspace()
    await join(left, ada.subject)
    await leave(left, ada.subject, NOW)
    for number, workspace in enumerate((foreign, left)):
        change = ProfileChange("Changed", default_workspace_id=workspace)
        done = await update_profile(runtime, ada, change, f"k{number}")
        assert done.result.refused
        assert (done.result.refused.code, done.result.refused.field) == (
            RefusalCode.NOT_FOUND,
            ("defaultWorkspaceId",),
        )
    person = await Person.get(id=ada.subject)
    assert (person.display_name, person.default_workspace_id) == ("Ada", None)


@pytest.mark.parametrize("caller", [Caller.GUEST, Caller.SERVICE, Caller.OPERATOR])
async def test_g1_only_registered_people_have_a_profile(runtime: Runtime, ada: Principal, caller: Caller) -> None:
    with pytest.raises(Forbidden):
        await update_profile(runtime, Principal(caller, ada.subject), ProfileChange("Eve"), "k")


async def test_the_same_key_50_times_at_once_changes_once(runtime: Runtime, ada: Principal) -> None:
    change = ProfileChange("Lovelace")
    done = await asyncio.gather(*(update_profile(runtime, ada, change, "k") for _ in range(50)))
    assert [each.replayed for each in done].count(False) == 1


async def test_statements_of_a_change(runtime: Runtime, ada: Principal) -> None:
    async with recorded(runtime.database.pool) as statements:
        await update_profile(runtime, ada, ProfileChange("Lovelace", Locale.ENGLISH, "UTC"), "k")
    assert [statement.split()[0] for statement in statements] == ["BEGIN;", "INSERT", "UPDATE", "UPDATE", "COMMIT;"]
