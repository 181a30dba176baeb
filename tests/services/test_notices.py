"""Notices: one row, one entry for the feed, one e-mail, in one transaction; read one's own, page by page."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.entries import EntryKind
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.persons import Locale
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import RefusalCode
from models.notices import Email, Notice
from services import notice_reads
from services.keyset import Page, Window
from services.notice_reads import NoticeRow, mark_notices_read, notices_page, unread_notices
from services.notices import NOTICES_AT_ONCE_MAX, Told, notify, notify_all, write_notices
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.notices import make_reader, tell
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.wallets import make_wallet, make_wallets

pytestmark = pytest.mark.anyio

MICROSECOND = timedelta(microseconds=1)


async def test_a6_a_notice_is_a_row_an_entry_and_an_email(runtime: Runtime) -> None:
    reader = await make_reader(runtime, "ada@example.com", Locale.SIMPLIFIED_CHINESE)
    async with runtime.database.transaction() as connection:
        woken = await notify(connection, reader.person_id, "TERMS", {"version": "2"}, email=True, clock=runtime.clock)
    assert woken == {reader.id}
    [notice] = await Notice.all()
    assert (notice.person_id, notice.kind, notice.facts) == (reader.person_id, "TERMS", {"version": "2"})
    assert (notice.created_at, notice.read_at) == (NOW, None)
    [entry] = await runtime.database.pool.fetch("SELECT kind, meter, amount, body FROM entries")
    assert (entry["kind"], entry["meter"], entry["amount"]) == (EntryKind.NOTICE, "", 0)
    assert str(notice.id) in entry["body"]
    assert '"zh-Hans"' in entry["body"]
    [email] = await Email.all()
    assert (email.id, email.person_id, email.address) == (notice.id, reader.person_id, "ada@example.com")
    assert (email.template, email.facts) == ("notice", {"version": "2", "kind": "TERMS"})
    assert (email.locale, email.attempts, email.next_attempt_at) == (Locale.SIMPLIFIED_CHINESE, 0, NOW)
    assert [result.problems async for result in reconcile(runtime)] == [()]


@pytest.mark.parametrize(("address", "email"), [("ada@example.com", False), (None, True)])
async def test_without_an_address_or_a_wish_there_is_no_email(
    runtime: Runtime, address: str | None, *, email: bool
) -> None:
    reader = await make_reader(runtime, address)
    await tell(runtime, reader.person_id, email=email)
    assert (await Notice.all().count(), await Email.all().count()) == (1, 0)


async def test_who_has_no_wallet_is_told_all_the_same(runtime: Runtime) -> None:
    await tell(runtime, await make_person())
    assert await Notice.all().count() == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries") == 0


async def test_what_is_rolled_back_was_never_told(runtime: Runtime) -> None:
    reader = await make_reader(runtime)
    before = await content(runtime.database)

    async def tell_and_fail() -> None:
        async with runtime.database.transaction() as connection:
            await notify(connection, reader.person_id, "TERMS", {}, email=True, clock=runtime.clock)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await tell_and_fail()
    assert await content(runtime.database) == before


async def test_a_notice_is_written_once_under_its_id(runtime: Runtime) -> None:
    reader = await make_reader(runtime)
    told = Told(reader.person_id, "TERMS", {}, email=True, id=uuid4())
    for woken in ({reader.id}, frozenset[UUID]()):
        async with runtime.database.transaction() as connection:
            assert await notify_all(connection, [told], clock=runtime.clock) == woken
    assert (await Notice.all().count(), await Email.all().count()) == (1, 1)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries") == 1


async def test_telling_many_costs_what_telling_one_does(runtime: Runtime) -> None:
    readers = await make_wallets(runtime, NOTICES_AT_ONCE_MAX)
    counts, told = [], list[Told]()
    for some in (readers[:1], readers):
        told = [Told(reader.person_id, "TERMS", {}, email=True) for reader in some]
        async with recorded(runtime.database.pool) as statements, runtime.database.transaction() as connection:
            assert len(await notify_all(connection, told, clock=runtime.clock)) == len(some)
        counts.append([statement.split()[0] for statement in statements])
    assert counts == [["BEGIN;", "WITH", "SELECT", "SELECT", "WITH", "COMMIT;"]] * 2
    async with runtime.database.transaction() as connection:
        with pytest.raises(ValueError, match="256"):
            await write_notices(connection, [*told, *told], NOW)


async def seven(runtime: Runtime, clock: TestClock) -> Principal:
    """A reader of notices 0 to 6; 2 and 3 are of the same instant, 4 is read."""
    reader = await make_wallet(runtime)
    for number in range(7):
        if number != 3:
            clock.advance(MICROSECOND)
        await tell(runtime, reader.person_id, str(number))
    await Notice.filter(facts__contains={"text": "4"}).update(read_at=clock.now)
    await tell(runtime, (await make_wallet(runtime)).person_id, "somebody else's")
    return await make_user(runtime, reader.person_id)


def texts(page: Page[NoticeRow]) -> list[str]:
    return [row.facts["text"] for row in page.rows]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("backward", [True, False])
async def test_pages_show_everything_once_in_either_direction(
    runtime: Runtime, clock: TestClock, size: int, *, backward: bool
) -> None:
    reader = await seven(runtime, clock)
    seen: list[str] = []
    window = Window(size, backward)
    while True:
        page = await notices_page(runtime, reader, window)
        begun = window.before if backward else window.after
        assert (page.has_next if backward else page.has_previous) == (begun is not None)
        seen = texts(page) + seen if backward else seen + texts(page)
        if not (page.has_previous if backward else page.has_next):
            break
        assert len(page.rows) == size
        window = (
            Window(size, backward, before=page.rows[0].place) if backward else Window(size, after=page.rows[-1].place)
        )
    assert sorted(seen) == list("0123456")
    assert [text for text in seen if text not in "23"] == list("65410")
    assert abs(seen.index("2") - seen.index("3")) == 1


async def test_pages_between_two_places_and_of_what_is_unread(runtime: Runtime, clock: TestClock) -> None:
    reader = await seven(runtime, clock)
    whole = await notices_page(runtime, reader, Window(9))
    first, last = whole.rows[0].place, whole.rows[-1].place
    for backward in (False, True):
        between = await notices_page(runtime, reader, Window(9, backward, after=first, before=last))
        assert sorted(texts(between)) == list("12345")
    inside = await notices_page(runtime, reader, Window(9, after=first), unread_only=True)
    assert set(texts(inside)) == set("01235")
    assert inside.has_previous
    assert await unread_notices(runtime, reader) == 6


async def test_a_page_is_one_statement_and_empty_for_who_has_none(runtime: Runtime, clock: TestClock) -> None:
    reader = await seven(runtime, clock)
    for who, count in ((reader, 1), (await make_user(runtime, await make_person()), 1)):
        async with recorded(runtime.database.pool) as statements:
            page = await notices_page(runtime, who, Window(3))
        assert len(statements) == count
        assert bool(page.rows) == (who is reader)
    service = await make_service(runtime)
    async with recorded(runtime.database.pool) as statements:
        page = await notices_page(runtime, service, Window(3))
        assert await unread_notices(runtime, service) == 0
    assert (page, statements) == (Page((), has_next=False, has_previous=False), [])


async def test_marking_as_read_keeps_what_was_read_before(runtime: Runtime, clock: TestClock) -> None:
    reader = await seven(runtime, clock)
    read_before = (await Notice.get(facts__contains={"text": "4"})).read_at
    two = [row.id for row in await Notice.filter(facts__contains={"text": "0"})]
    two += [row.id for row in await Notice.filter(facts__contains={"text": "4"})]
    clock.advance(timedelta(hours=1))
    done = await mark_notices_read(runtime, reader, two, "k")
    assert (done.result.unread, done.replayed) == (5, False)
    assert (await Notice.get(facts__contains={"text": "4"})).read_at == read_before
    assert (await Notice.get(facts__contains={"text": "0"})).read_at == clock.now
    assert (await mark_notices_read(runtime, reader, two, "k")).replayed
    reused = await mark_notices_read(runtime, reader, None, "k")
    assert reused.result.refused
    assert reused.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    async with recorded(runtime.database.pool) as statements:
        assert (await mark_notices_read(runtime, reader, None, "all")).result.unread == 0
    assert [statement.split()[0] for statement in statements] == ["BEGIN;", "INSERT", "WITH", "UPDATE", "COMMIT;"]
    assert await Notice.filter(read_at=None).count() == 1  # somebody else's


async def test_b11_one_unknown_id_and_nothing_is_marked(runtime: Runtime, clock: TestClock) -> None:
    reader = await seven(runtime, clock)
    own = await Notice.filter(person_id=reader.person_id).first()
    foreign = await Notice.exclude(person_id=reader.person_id).first()
    assert own
    assert foreign
    for number, other in enumerate((foreign.id, uuid4())):
        done = await mark_notices_read(runtime, reader, [own.id, other], f"k{number}")
        assert done.result.refused == notice_reads.NO_NOTICE
    assert await unread_notices(runtime, reader) == 6
    assert await Notice.filter(read_at=None).count() == 7


async def test_g1_only_people_mark_and_only_so_many(runtime: Runtime) -> None:
    reader = await make_user(runtime, (await make_wallet(runtime)).person_id)
    with pytest.raises(Unauthenticated):
        await mark_notices_read(runtime, ANONYMOUS, None, "k")
    for caller in (await make_service(runtime), Principal(Caller.OPERATOR, uuid4())):
        with pytest.raises(Forbidden):
            await mark_notices_read(runtime, caller, None, "k")
    for ids in ([], [uuid4()] * 101):
        with pytest.raises(InvalidInput, match="1 to 100"):
            await mark_notices_read(runtime, reader, ids, "k")
    with pytest.raises(InvalidInput, match="idempotencyKey"):
        await mark_notices_read(runtime, reader, None, "")
