"""Exports (A5): asked for once, complete, only one's own."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.exports import ExportState
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from services.export_building import expire_exports
from services.export_kinds import KINDS, LEFT_OUT
from services.exports import ARCHIVE_KEPT, EXPORTS_LISTED_MAX, archive, export, exports_of_viewer, parts, request_export
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.exports import downloaded, exported, read
from tests.factories.people_data import make_known
from tests.factories.persons import set_status
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, make_colleague

pytestmark = pytest.mark.anyio

Json = Any


async def test_a5_one_export_is_at_work_and_asking_again_gives_it(runtime: Runtime) -> None:
    grace = (await make_known(runtime, rich=False)).principal
    first = await request_export(runtime, grace, "one")
    again = await request_export(runtime, grace, "one")
    other = await request_export(runtime, grace, "two")
    assert first.result.export
    assert first.result.export.state is ExportState.QUEUED
    assert (again.result, again.replayed) == (first.result, True)
    assert (other.result, other.replayed) == (first.result, False)
    assert await exports_of_viewer(runtime, grace) == (first.result.export,)


async def test_a5_who_is_not_registered_has_no_exports(runtime: Runtime) -> None:
    with pytest.raises(Unauthenticated):
        await request_export(runtime, ANONYMOUS, "key")
    for caller in (Caller.GUEST, Caller.SERVICE, Caller.OPERATOR):
        with pytest.raises(Forbidden):
            await request_export(runtime, Principal(caller, uuid4()), "key")
        assert await exports_of_viewer(runtime, Principal(caller, uuid4())) == ()


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "\0"])
async def test_keys_that_are_none_are_refused(runtime: Runtime, key: str) -> None:
    grace = (await make_known(runtime, rich=False)).principal
    with pytest.raises(InvalidInput):
        await request_export(runtime, grace, key)
    assert await exports_of_viewer(runtime, grace) == ()


async def test_a5_the_archive_holds_everything_with_checksums(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    files, manifest = await exported(runtime, grace)
    assert set(files) == {kind.file for kind in KINDS}
    assert all(files[name] for name in files if name != "deletions.jsonl"), "every kind has rows"
    assert manifest["format"] == "allotment-export"
    (profile,) = files["profile.jsonl"]
    assert (profile["display_name"], profile["locale"]) == (grace.needles[0], "zh-Hans")
    assert files["identities.jsonl"][0]["subject"] == grace.needles[2]
    assert len(files["emails.jsonl"]) == 2, "the one to the bare address, too"
    charges = [row["entry"] for row in files["entries.jsonl"] if row["entry"]["kind"] == "CONSUME"]
    assert charges[0]["receipt"]["price"] == 3_000
    assert files["refusals.jsonl"][0]["refusal"]["code"]
    assert "secret_hash" not in str(files["sessions.jsonl"])
    assert grace.needles[-1] not in str(files), "no hash of a secret"
    assert files["audit.jsonl"][0]["verb"] == "suspendPerson"


async def test_b14_usage_of_an_enterprise_workspace_says_that_it_is_not_used_for_training(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    colleague = await make_colleague(runtime, person_id=grace.person_id, credits_=5)
    await carry_out(runtime, colleague.id, spend(1), spend(100))
    files, manifest = await exported(runtime, grace)
    assert manifest["used_for_training"] == {"ENTERPRISE": False}
    for name in ("entries.jsonl", "tasks.jsonl", "refusals.jsonl"):
        for row in files[name]:
            expected = None if row["workspace_id"] == str(grace.wallet.workspace_id) else False
            assert row["used_for_training"] is expected
    assert any(row["used_for_training"] is False for row in files["entries.jsonl"])


async def test_a5_nothing_of_other_members_is_in_it(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    mine = await make_colleague(runtime, person_id=grace.person_id, credits_=5)
    other = await make_known(runtime, "-other")
    theirs = await make_colleague(runtime, mine.workspace_id, other.person_id, credits_=5)
    await carry_out(runtime, theirs.id, spend(1), spend(100))
    content = await downloaded(runtime, grace)
    text = "".join(read(content)[0].values())
    for needle in (*other.needles, str(other.person_id), str(theirs.id), str(other.wallet.id)):
        assert needle not in text
    assert str(mine.id) in text


async def test_a5_of_an_organisation_it_holds_what_is_about_oneself(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    files, _ = await exported(runtime, grace)
    (seat,) = files["seats.jsonl"]
    assert [change["kind"] for change in files["seat-changes.jsonl"]] == ["ASSIGNED"]
    assert [period["seat_id"] for period in files["seat-periods.jsonl"]] == [seat["id"]]
    assert [setting["value"] for setting in files["settings.jsonl"]] == [grace.needles[0]]
    assert sorted(order["status"] for order in files["orders.jsonl"]) == ["PAID", "PENDING"]
    assert len(files["order-lines.jsonl"]) == 2
    assert [payment["outcome"] for payment in files["payments.jsonl"]] == ["APPLIED"]
    (use,) = files["invitation-uses.jsonl"]
    assert [made["id"] for made in files["invitations.jsonl"]] == [use["invitation_id"]]
    wallets = {wallet["enterprise"]: wallet for wallet in files["wallets.jsonl"]}
    assert wallets[True]["benefits_until"]
    assert wallets[False]["benefits_until"] is None


async def test_a5_invitations_show_no_addresses_of_others_and_to_the_invited_that_they_are_for_them(
    runtime: Runtime,
) -> None:
    grace, other = await make_known(runtime), await make_known(runtime, "-other")
    await runtime.database.pool.execute(
        "UPDATE invitations SET email = $2 WHERE created_by = $1", other.person_id, grace.needles[1]
    )
    rows = (await exported(runtime, grace))[0]["invitations.jsonl"]
    mine, theirs = sorted(rows, key=lambda row: not row["made_by_me"])
    assert mine["workspace_id"]
    assert (theirs["email"], theirs["created_at"] is None) == (grace.needles[1], False)
    assert all(theirs[name] is None for name in ("organisation_id", "workspace_id", "uses", "uses_max", "revoked_at"))
    (made,) = (await exported(runtime, other))[0]["invitations.jsonl"]
    assert (made["made_by_me"], made["email"]) == (True, None)


async def test_a5_every_table_and_column_is_exported_or_left_out_with_a_reason(runtime: Runtime) -> None:
    about = await runtime.database.pool.fetch(
        """SELECT DISTINCT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
            AND a.attname IN (
                'person_id', 'wallet_id', 'owner_id', 'caller', 'address', 'email', 'target', 'export_id', 'buyer_id',
                'order_id', 'revoked_by')"""
    )
    exported_ = {kind.table: kind for kind in KINDS}
    assert {row[0] for row in about} - set(exported_) - set(LEFT_OUT) == set()
    async with runtime.database.pool.acquire() as connection:
        for table, kind in exported_.items():
            shown = {each.name for each in (await connection.prepare(kind.sql)).get_attributes()}
            columns = {each.name for each in (await connection.prepare(f"SELECT * FROM {table}")).get_attributes()}
            missing = {f"{table}.{name}" for name in columns - shown - {"person_id"}}
            assert missing - set(LEFT_OUT) == set()
            stale = {name for name in LEFT_OUT if name.startswith(f"{table}.")} - missing
            assert stale == set(), "left out, and shown"


async def test_a5_an_archive_ends_after_7_days_or_with_the_next(runtime: Runtime, clock: TestClock) -> None:
    grace = await make_known(runtime)
    await downloaded(runtime, grace)
    first = (await exports_of_viewer(runtime, grace.principal))[0]
    assert first.expires_at == NOW + ARCHIVE_KEPT
    clock.advance(timedelta(hours=1))
    await downloaded(runtime, grace, "next")
    assert [row.state for row in await exports_of_viewer(runtime, grace.principal)] == ["READY", "EXPIRED"]
    clock.now = NOW + timedelta(hours=1) + ARCHIVE_KEPT
    states = [row.state for row in await exports_of_viewer(runtime, grace.principal)]
    assert states == ["EXPIRED", "EXPIRED"], "without the worker, too"
    assert await archive(runtime, grace.principal, first.id) is None
    assert await expire_exports(runtime) == 1
    assert await expire_exports(runtime) == 0
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0


async def test_b11_what_is_somebody_elses_is_not_there(runtime: Runtime) -> None:
    grace, other = await make_known(runtime), await make_known(runtime, "-other", rich=False)
    await downloaded(runtime, grace)
    id_ = (await exports_of_viewer(runtime, grace.principal))[0].id
    assert await export(runtime, other.principal, id_) is None
    assert await archive(runtime, other.principal, id_) is None
    assert await archive(runtime, Principal(Caller.OPERATOR, grace.person_id), id_) is None


async def test_a4_a_download_ends_when_its_person_is_suspended(runtime: Runtime) -> None:
    grace = await make_known(runtime)
    await downloaded(runtime, grace)
    (row,) = await exports_of_viewer(runtime, grace.principal)
    await set_status(grace.person_id, PersonStatus.SUSPENDED)
    with pytest.raises(LookupError):
        [part async for part in parts(runtime, row)]


async def test_lists_are_bounded_and_one_statement(runtime: Runtime) -> None:
    grace = (await make_known(runtime, rich=False)).principal
    await runtime.database.pool.execute(
        """INSERT INTO exports (id, person_id, state, progress, requested_at)
        SELECT gen_random_uuid(), $1, 'FAILED', 0, now() FROM generate_series(1, 50)""",
        grace.person_id,
    )
    async with recorded(runtime.database.pool) as statements:
        assert len(await exports_of_viewer(runtime, grace)) == EXPORTS_LISTED_MAX
    assert len(statements) == 1
