"""Asking for the deletion of an account (A5): with a fresh sign-in, with a week to call it back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.workspaces import MemberRole
from models.workspaces import Member
from services.deletions import GRACE, SIGN_IN_IS_FRESH, cancel_deletion, deletion_of_viewer, request_deletion
from services.due_deletions import carry_out_deletions
from services.exports import request_export
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.people_data import make_known
from tests.factories.persons import set_status
from tests.factories.tables import content
from tests.factories.workspaces import join, leave, make_enterprise_workspace

pytestmark = pytest.mark.anyio

MICROSECOND = timedelta(microseconds=1)


async def test_a5_a_deletion_is_due_in_7_days_and_asked_for_once(runtime: Runtime) -> None:
    grace = (await make_known(runtime)).principal
    first = await request_deletion(runtime, grace, "one")
    assert first.result.deletion
    assert first.result.deletion.due_at == NOW + GRACE
    again = await request_deletion(runtime, grace, "one")
    assert (again.result, again.replayed) == (first.result, True)
    other = await request_deletion(runtime, grace, "two")
    assert (other.result, other.replayed) == (first.result, False)
    assert await deletion_of_viewer(runtime, grace) == first.result.deletion
    assert await notices(runtime) == ["DELETION_REQUESTED"]


async def test_a5_a_sign_in_that_is_not_fresh_is_not_enough(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    clock.now = NOW + SIGN_IN_IS_FRESH
    refused = await request_deletion(runtime, known.principal, "key")
    assert code(refused.result.refused) is RefusalCode.REAUTHENTICATION_REQUIRED
    assert await deletion_of_viewer(runtime, known.principal) is None
    assert (await request_deletion(runtime, await make_user(runtime, known.person_id), "key")).result.deletion
    replayed = await request_deletion(runtime, known.principal, "key")
    assert replayed.result.deletion, "the original result, from the old session as well"
    clock.now = NOW + SIGN_IN_IS_FRESH - MICROSECOND
    assert (await request_deletion(runtime, known.principal, "young enough")).result.deletion


async def test_a5_another_persons_fresh_session_helps_nobody(runtime: Runtime, clock: TestClock) -> None:
    known, other = await make_known(runtime, rich=False), await make_known(runtime, "-other", rich=False)
    clock.now = NOW + SIGN_IN_IS_FRESH
    fresh = await make_user(runtime, other.person_id)
    mixed = Principal(Caller.USER, known.person_id, fresh.credential)
    refused = await request_deletion(runtime, mixed, "key")
    assert code(refused.result.refused) is RefusalCode.REAUTHENTICATION_REQUIRED


async def test_a5_who_is_not_registered_cannot_ask(runtime: Runtime) -> None:
    for verb in (request_deletion, cancel_deletion):
        with pytest.raises(Unauthenticated):
            await verb(runtime, ANONYMOUS, "key")
        for caller in (Caller.GUEST, Caller.SERVICE, Caller.OPERATOR):
            with pytest.raises(Forbidden):
                await verb(runtime, Principal(caller, uuid4()), "key")
    assert await deletion_of_viewer(runtime, Principal(Caller.GUEST, uuid4())) is None


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "\0"])
async def test_keys_that_are_none_are_refused(runtime: Runtime, key: str) -> None:
    grace = (await make_known(runtime, rich=False)).principal
    before = await content(runtime.database)
    for verb in (request_deletion, cancel_deletion):
        with pytest.raises(InvalidInput):
            await verb(runtime, grace, key)
    assert await content(runtime.database) == before


async def test_f5_a_key_of_one_verb_is_not_one_of_another(runtime: Runtime) -> None:
    grace = (await make_known(runtime, rich=False)).principal
    await request_deletion(runtime, grace, "key")
    for verb in (cancel_deletion, request_export):
        assert code((await verb(runtime, grace, "key")).result.refused) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await deletion_of_viewer(runtime, grace)


async def test_a5_what_is_called_back_does_not_happen(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    asked = await request_deletion(runtime, known.principal, "key")
    done = await cancel_deletion(runtime, known.principal, "back")
    assert done.result.deletion == asked.result.deletion
    assert (await cancel_deletion(runtime, known.principal, "back")).replayed
    assert code((await cancel_deletion(runtime, known.principal, "again")).result.refused) is RefusalCode.NOT_FOUND
    assert await deletion_of_viewer(runtime, known.principal) is None
    clock.advance(2 * GRACE)
    before = await content(runtime.database)
    assert await carry_out_deletions(runtime) == 0
    assert await content(runtime.database) == before
    assert await notices(runtime) == ["DELETION_REQUESTED", "DELETION_CALLED_BACK"]


async def test_a5_the_only_administrator_hands_over_first(runtime: Runtime) -> None:
    known = await make_known(runtime, rich=False)
    workspace = await make_enterprise_workspace()
    await join(workspace, known.person_id, MemberRole.ADMIN)
    other = await make_known(runtime, "-other", rich=False)
    await join(workspace, other.person_id)
    refused = await request_deletion(runtime, known.principal, "key")
    assert code(refused.result.refused) is RefusalCode.SOLE_ADMINISTRATOR
    assert await deletion_of_viewer(runtime, known.principal) is None
    await Member.filter(workspace_id=workspace, person_id=other.person_id).update(role=MemberRole.ADMIN)
    assert (await request_deletion(runtime, known.principal, "handed over")).result.deletion
    refused = await request_deletion(runtime, other.principal, "key")
    assert code(refused.result.refused) is RefusalCode.SOLE_ADMINISTRATOR, "the other one is leaving"


@pytest.mark.parametrize("status", [PersonStatus.TERMINATED, PersonStatus.DELETED])
async def test_a5_an_administrator_who_is_gone_is_none(runtime: Runtime, status: PersonStatus) -> None:
    known, other = await make_known(runtime, rich=False), await make_known(runtime, "-other", rich=False)
    workspace = await make_enterprise_workspace()
    for each in (known, other):
        await join(workspace, each.person_id, MemberRole.ADMIN)
    await set_status(other.person_id, status)
    refused = await request_deletion(runtime, known.principal, "key")
    assert code(refused.result.refused) is RefusalCode.SOLE_ADMINISTRATOR


async def test_a5_an_administrator_without_members_may_go(runtime: Runtime) -> None:
    known, former = await make_known(runtime, rich=False), await make_known(runtime, "-former", rich=False)
    workspace = await make_enterprise_workspace()
    await join(workspace, known.person_id, MemberRole.ADMIN)
    await join(workspace, former.person_id)
    await leave(workspace, former.person_id, NOW)
    assert (await request_deletion(runtime, known.principal, "key")).result.deletion


def code(refusal: Refusal | None) -> RefusalCode | None:
    return refusal.code if refusal else None


async def notices(runtime: Runtime) -> list[str]:
    """The kinds that were told of deletions, in the feed."""
    rows = await runtime.database.pool.fetch(
        """SELECT body -> 'notice' ->> 'kind' FROM entries
        WHERE kind = 'NOTICE' AND body -> 'notice' ->> 'kind' LIKE 'DELETION%' ORDER BY recorded_at, number"""
    )
    return [row[0] for row in rows]
