"""Deletions that are due (A5): everything goes, the books add up, and some have to wait."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.errors import Unauthenticated
from domain.grants import GrantKind
from domain.persons import PersonStatus
from domain.refusals import Refusal
from domain.workspaces import MemberRole
from feed.topics import access_topic
from models.workspaces import Member
from services.api_keys import KEY_INVALID, find_key
from services.authentication import authenticate, is_valid
from services.credentials import issue_service_key, issue_session
from services.deletions import GRACE, deletion_of_viewer, request_deletion
from services.due_deletions import PUT_OFF, carry_out_deletions, sweep_erased
from services.erasure import DECIDED
from services.export_building import build_next_export
from services.exports import request_export
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.api_keys import make_api_key, make_coder
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service_account
from tests.factories.people_data import Known, make_known
from tests.factories.persons import set_status
from tests.factories.tables import content, places_of
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out, give, make_colleague
from tests.factories.workspaces import join, leave, make_enterprise_workspace

pytestmark = pytest.mark.anyio

MICROSECOND = timedelta(microseconds=1)


async def test_a5_nothing_is_erased_before_it_is_due(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    await request_deletion(runtime, known.principal, "key")
    clock.now = NOW + GRACE - MICROSECOND
    before = await content(runtime.database)
    assert await carry_out_deletions(runtime) == 0
    assert await content(runtime.database) == before


async def test_a5_afterwards_nothing_in_the_database_leads_to_the_person(runtime: Runtime, clock: TestClock) -> None:
    known, other = await make_known(runtime), await make_known(runtime, "-other")
    colleague = await make_colleague(runtime, person_id=known.person_id, credits_=5)
    await carry_out(runtime, colleague.id, spend(1), hold(2), spend(100))
    await request_export(runtime, known.principal, "key")
    await build_next_export(runtime)
    await request_deletion(runtime, known.principal, "delete")
    text = await everything(runtime)
    assert all(needle.lower() in text for needle in known.needles), "the test would find what is there"
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await carry_out_deletions(runtime) == 0
    text = await everything(runtime)
    assert [needle for needle in known.needles if needle.lower() in text] == []
    assert all(needle.lower() in text for needle in other.needles), "others keep theirs"
    await assert_reconciled(runtime)


async def test_d3_credits_lapse_tasks_are_cancelled_and_nothing_can_be_used(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    colleague = await make_colleague(runtime, person_id=known.person_id, credits_=5)
    await give(runtime, colleague.id, 7, GrantKind.PURCHASED)
    await erase(runtime, known, clock)
    pool = runtime.database.pool
    assert await pool.fetchval("SELECT sum(remaining + held) FROM grants") == 0
    assert await pool.fetchval("SELECT count(*) FROM grants WHERE NOT closed") == 0
    assert await pool.fetchval("SELECT count(*) FROM allowances WHERE ends_at IS NULL") == 0
    assert [row[0] for row in await pool.fetch("SELECT status FROM tasks")] == ["CANCELLED"]
    assert await pool.fetchval("SELECT count(*) FROM wallets WHERE next_due_at IS NOT NULL") == 0
    for wallet in (known.wallet.id, colleague.id):
        (outcome,) = await carry_out(runtime, wallet, spend(1))
        assert isinstance(outcome, Refusal)
    clock.advance(timedelta(days=400))
    await assert_reconciled(runtime)


async def test_a5_sessions_and_keys_die_at_once_and_their_owners_are_woken(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    issued = await issue_session(runtime, known.person_id, "second", timedelta(days=30))
    service = await make_service_account(runtime)
    key = await issue_service_key(runtime, service, "narrow", frozenset(), known.wallet.workspace_id)
    narrow = await authenticate(runtime, key.token)
    await request_deletion(runtime, known.principal, "key")
    clock.now = NOW + GRACE
    with (
        runtime.broker.listen(access_topic(known.person_id)) as person,
        runtime.broker.listen(access_topic(service)) as at,
    ):
        await carry_out_deletions(runtime)
        assert person.take()
        assert at.take()
    assert not await is_valid(runtime, known.principal)
    assert not await is_valid(runtime, narrow)
    for token in (issued.token, key.token):
        with pytest.raises(Unauthenticated):
            await authenticate(runtime, token)


async def test_a5_c3_api_keys_die_with_their_owner_and_nothing_is_left_of_them(
    runtime: Runtime, clock: TestClock
) -> None:
    coder = await make_coder(runtime)
    made = await make_api_key(runtime, coder, "My laptop")
    await request_deletion(runtime, coder.principal, "key")
    clock.now = NOW + GRACE
    await carry_out_deletions(runtime)
    assert await find_key(runtime, made.text) == KEY_INVALID
    assert await places_of(runtime.database, "My laptop", f"ak_…{made.text[-4:]}") == set()


async def test_a5_memberships_end_and_the_account_counts_as_deleted(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    await make_colleague(runtime, person_id=known.person_id)
    await erase(runtime, known, clock)
    row = await runtime.database.pool.fetchrow("SELECT * FROM persons WHERE id = $1", known.person_id)
    assert row
    assert (row["status"], row["email"], row["time_zone"], row["status_by"]) == ("DELETED", None, "UTC", None)
    ends = await runtime.database.pool.fetch("SELECT left_at FROM members WHERE person_id = $1", known.person_id)
    assert [each[0] for each in ends] == [NOW + GRACE] * 3
    assert await runtime.database.pool.fetchval("SELECT done_at FROM deletions") == NOW + GRACE


async def test_a5_what_is_done_with_each_table_is_decided(runtime: Runtime) -> None:
    tables = await content(runtime.database)
    assert set(tables) == set(DECIDED)


async def test_a5_who_wrote_at_that_moment_is_swept_up(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    await erase(runtime, known, clock)
    await runtime.database.pool.execute(
        """INSERT INTO emails (id, person_id, address, template, facts, locale, created_at, attempts)
        VALUES (gen_random_uuid(), $1, 'late@example.com', 'notice', '{}', 'en', now(), 0)""",
        known.person_id,
    )
    await sweep_erased(runtime)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 0


async def test_a5_who_became_the_only_administrator_since_is_put_off(runtime: Runtime, clock: TestClock) -> None:
    known, other = await make_known(runtime, rich=False), await make_known(runtime, "-other", rich=False)
    workspace = await make_enterprise_workspace()
    for each in (known, other):
        await join(workspace, each.person_id, MemberRole.ADMIN)
    await join(workspace, (await make_known(runtime, "-member", rich=False)).person_id)
    await request_deletion(runtime, known.principal, "key")
    await leave(workspace, other.person_id, NOW)
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await carry_out_deletions(runtime) == 0
    row = await deletion_of_viewer(runtime, known.principal)
    assert row
    assert row.due_at == NOW + GRACE + PUT_OFF
    assert await notices(runtime) == ["DELETION_REQUESTED", "DELETION_PUT_OFF"]
    await Member.filter(workspace_id=workspace, person_id=other.person_id).update(left_at=None)
    clock.now = row.due_at
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known.person_id) == "DELETED"


async def test_a4_a_deletion_waits_while_its_person_is_suspended(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    await request_deletion(runtime, known.principal, "key")
    await set_status(known.person_id, PersonStatus.SUSPENDED)
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known.person_id) == "SUSPENDED"
    await set_status(known.person_id, PersonStatus.ACTIVE)
    assert await carry_out_deletions(runtime) == 0, "there is time to call it back"
    clock.now = NOW + GRACE + PUT_OFF
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known.person_id) == "DELETED"


async def test_a4_a_suspension_that_is_over_does_not_count(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    await request_deletion(runtime, known.principal, "key")
    await runtime.database.pool.execute(
        "UPDATE persons SET status = 'SUSPENDED', status_until = $2 WHERE id = $1", known.person_id, NOW + GRACE
    )
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known.person_id) == "DELETED"


async def test_a5_termination_does_not_keep_data(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    await request_deletion(runtime, known.principal, "key")
    await set_status(known.person_id, PersonStatus.TERMINATED)
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known.person_id) == "DELETED"


async def test_a5_one_that_fails_does_not_keep_the_others_waiting(
    runtime: Runtime, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = await make_known(runtime), await make_known(runtime, "-good")
    for each in (bad, good):
        await request_deletion(runtime, each.principal, "key")
    await runtime.database.pool.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON persons FOR EACH ROW WHEN (old.id = '{bad.person_id}')
            EXECUTE FUNCTION refuse()"""
    )
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert "could not be carried out" in caplog.text
    assert await status_of(runtime, good.person_id) == "DELETED"
    assert await status_of(runtime, bad.person_id) == "ACTIVE"
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM identities") == 1, "all or nothing"


async def test_a2_coming_back_makes_a_new_account(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime)
    await erase(runtime, known, clock)
    assert (await make_known(runtime)).person_id != known.person_id


async def erase(runtime: Runtime, known: Known, clock: TestClock) -> datetime:
    """Ask, wait, and carry it out."""
    assert (await request_deletion(runtime, known.principal, "delete")).result.deletion
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    return clock.now


async def status_of(runtime: Runtime, person_id: UUID) -> str:
    status: str = await runtime.database.pool.fetchval("SELECT status FROM persons WHERE id = $1", person_id)
    return status


async def notices(runtime: Runtime) -> list[str]:
    """The kinds that were told of deletions, in the feed."""
    rows = await runtime.database.pool.fetch(
        """SELECT body -> 'notice' ->> 'kind' FROM entries
        WHERE kind = 'NOTICE' AND body -> 'notice' ->> 'kind' LIKE 'DELETION%' ORDER BY recorded_at, number"""
    )
    return [row[0] for row in rows]


async def everything(runtime: Runtime) -> str:
    """All that is stored, bytes as hexadecimal digits, in lower case."""
    return "\n".join(row for rows in (await content(runtime.database)).values() for row in rows).lower()


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []
