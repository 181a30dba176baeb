"""Switching automatic renewal, and renaming: what administrators change by themselves (B3, D5, G3)."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import Forbidden, InvalidInput
from domain.principals import Caller, Principal
from domain.refusals import RefusalCode
from feed.topics import wallet_topic, workspace_topic
from models.workspaces import Workspace
from services.automatic_renewals import OrganisationChanged, set_automatic_renewal
from services.once import Once
from services.renaming import rename_organisation
from services.runtime import Runtime
from tests.factories.buying import A_DAY, attend, make_buyer, subscription_of
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, make_organisation
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
LOOK = "SELECT renewal_try_at FROM subscriptions WHERE id = $1"


@pytest.fixture
async def labs(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime, members=1)


@pytest.fixture
async def ada(runtime: Runtime, labs: OrganisationRef) -> Principal:
    return await make_user(runtime, labs.admin_id)


async def test_d5_on_and_off(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    with (
        runtime.broker.listen(workspace_topic(labs.workspace_id)) as overview,
        runtime.broker.listen(wallet_topic(labs.members[0].id)) as feed,
    ):
        done = await set_automatic_renewal(runtime, ada, labs.id, enabled=True, key="on")
        assert await overview.wait(0)
        assert await feed.wait(0)
    assert done == Once(OrganisationChanged(labs.id), replayed=False)
    subscription = await subscription_of(runtime, labs.id)
    assert (subscription.auto_renew, subscription.benefits_until) == (True, ENDS_AT + timedelta(days=7))
    await attend(runtime)
    assert await runtime.database.pool.fetchval(LOOK, labs.subscription_id) == ENDS_AT - 30 * A_DAY  # no mandate
    await set_automatic_renewal(runtime, ada, labs.id, enabled=False, key="off")
    subscription = await subscription_of(runtime, labs.id)
    assert (subscription.auto_renew, subscription.benefits_until) == (False, ENDS_AT)
    rows = await runtime.database.pool.fetch("SELECT verb, actor, target, before, after FROM audit_entries ORDER BY id")
    assert [(row["verb"], row["actor"], row["target"]) for row in rows] == [
        ("setAutomaticRenewal", ada.subject, labs.id)
    ] * 2
    assert {'"enabled": true' in row["after"] for row in rows} == {True, False}


async def test_d5_what_is_so_already_changes_nothing(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    before = await content(runtime.database)
    done = await set_automatic_renewal(runtime, ada, labs.id, enabled=False, key="off")
    assert done.result == OrganisationChanged(labs.id)
    after = await content(runtime.database)
    assert {name for name in after if after[name] != before[name]} == {"verb_results"}


async def test_d5_when_the_term_has_ended_it_cannot_be_switched_on(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT
    done = await set_automatic_renewal(runtime, ada, labs.id, enabled=True, key="on")
    assert done.result.refused
    assert done.result.refused.code is RefusalCode.SUBSCRIPTION_EXPIRED


async def test_b3_only_administrators_change_anything(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    bo, stranger = await make_user(runtime, labs.members[0].person_id), await make_buyer(runtime, "Cleo")
    before = await content(runtime.database)
    for who, id_, code in (
        (bo, labs.id, RefusalCode.NOT_ADMINISTRATOR),
        (stranger, labs.id, RefusalCode.NOT_FOUND),
        (stranger, UUID(int=7), RefusalCode.NOT_FOUND),
    ):
        switched = await set_automatic_renewal(runtime, who, id_, enabled=True, key=f"switch {id_}")
        renamed = await rename_organisation(runtime, who, id_, "Mine", f"rename {id_}")
        for done in (switched, renamed):
            assert done.result.refused
            assert done.result.refused.code is code
    after = await content(runtime.database)
    assert {name for name in after if after[name] != before[name]} == {"verb_results"}
    guest = Principal(Caller.GUEST, ada.subject)
    with pytest.raises(Forbidden):
        await set_automatic_renewal(runtime, guest, labs.id, enabled=True, key="k")
    with pytest.raises(Forbidden):
        await rename_organisation(runtime, guest, labs.id, "Mine", "k")


async def test_f5_the_same_key_gives_the_same_result(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    first = await set_automatic_renewal(runtime, ada, labs.id, enabled=True, key="k")
    again = await set_automatic_renewal(runtime, ada, labs.id, enabled=True, key="k")
    assert (again.result, again.replayed) == (first.result, True)
    other = await set_automatic_renewal(runtime, ada, labs.id, enabled=False, key="k")
    assert other.result.refused
    assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    renamed = await rename_organisation(runtime, ada, labs.id, "New", "k")
    assert renamed.result.refused
    assert renamed.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_b3_renamed(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    with runtime.broker.listen(workspace_topic(labs.workspace_id)) as overview:
        done = await rename_organisation(runtime, ada, labs.id, "Example Works", "k")
        assert await overview.wait(0)
        await rename_organisation(runtime, ada, labs.id, "Example Works", "again")
        assert not await overview.wait(0)
    assert done.result == OrganisationChanged(labs.id)
    assert (await Workspace.get(id=labs.workspace_id)).name == "Example Works"
    [row] = await runtime.database.pool.fetch("SELECT verb, actor, before, after FROM audit_entries")
    assert (row["verb"], row["actor"]) == ("renameOrganization", ada.subject)
    assert ("Example Labs" in row["before"], "Example Works" in row["after"]) == (True, True)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\tb"])
async def test_b3_bad_names_change_nothing(runtime: Runtime, labs: OrganisationRef, ada: Principal, name: str) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput, match=r"input\.name: must be 1 to 100"):
        await rename_organisation(runtime, ada, labs.id, name, "k")
    assert await content(runtime.database) == before


async def test_both_cost_a_known_number_of_statements(runtime: Runtime, labs: OrganisationRef, ada: Principal) -> None:
    await rename_organisation(runtime, ada, labs.id, "Warm", "warm")
    async with recorded(runtime.database.pool) as statements:
        await rename_organisation(runtime, ada, labs.id, "New", "rename")
    assert len(statements) == 8, statements  # BEGIN, key, lock, read, name, audit, result, COMMIT
    async with recorded(runtime.database.pool) as statements:
        await set_automatic_renewal(runtime, ada, labs.id, enabled=True, key="on")
    # BEGIN, key, lock, read, switch, whom, three of posting, posted, audit, result, COMMIT
    assert len(statements) == 13, statements
