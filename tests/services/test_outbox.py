"""The outbox: sent once, retried with growing pauses, given up in the end; nothing about anybody in the logs."""

import asyncio
from datetime import timedelta

import pytest

from domain.catalog import Catalog
from models.notices import Email as Row
from services import outbox
from services.outbox import (
    ATTEMPTS_MAX,
    EMAILS_AT_ONCE_MAX,
    EMAILS_KEPT,
    LEASE,
    PAUSE_MAX,
    Email,
    NotSent,
    forget_emails,
    pause_after,
    put_email,
    send_due,
)
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.mail import Recording, put
from tests.factories.runtime import open_process
from tests.factories.statements import recorded

pytestmark = pytest.mark.anyio

MINUTE, MICROSECOND = timedelta(minutes=1), timedelta(microseconds=1)


def failing(reason: str = "no", *, for_good: bool = False) -> Recording:
    """A mailer that nothing leaves."""
    mailer = Recording()

    def fail(_email: Email) -> None:
        raise NotSent(reason, for_good=for_good)

    mailer.fail = fail
    return mailer


async def test_what_is_due_is_sent_once_and_marked(runtime: Runtime, clock: TestClock) -> None:
    written, mailer = await put(runtime), Recording()
    await put(runtime, at=NOW + MICROSECOND)
    assert await send_due(runtime, mailer) == 1
    assert mailer.sent == [written]
    assert await send_due(runtime, mailer) == 0
    row = await Row.get(id=written.id)
    assert (row.sent_at, row.next_attempt_at, row.attempts, row.last_error) == (NOW, None, 1, None)
    clock.advance(MICROSECOND)
    assert await send_due(runtime, mailer) == 1


async def test_an_email_is_put_once_under_its_id(runtime: Runtime) -> None:
    written = await put(runtime)
    async with runtime.database.transaction() as connection:
        await put_email(connection, written)
    assert await Row.all().count() == 1


def test_pauses_grow_from_a_minute_to_six_hours() -> None:
    pauses = [pause_after(attempts, 0.0) / MINUTE for attempts in range(1, ATTEMPTS_MAX)]
    assert pauses == [1, 3, 9, 27, 81, 243, 360, 360, 360]
    assert all(
        pause_after(attempts, 0.0) <= pause_after(attempts, 1.0) <= min(PAUSE_MAX, 1.25 * pause_after(attempts, 0.0))
        for attempts in range(1, ATTEMPTS_MAX)
    )


async def test_what_fails_is_tried_ten_times_and_given_up(runtime: Runtime, clock: TestClock) -> None:
    written, mailer, pauses = await put(runtime), failing("greylisted"), []
    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert await send_due(runtime, mailer) == 1
        row = await Row.get(id=written.id)
        assert (row.attempts, row.last_error, row.sent_at) == (attempt, "greylisted", None)
        if row.next_attempt_at is None:
            break
        pauses.append(row.next_attempt_at - clock.now)
        clock.now = row.next_attempt_at - MICROSECOND
        assert await send_due(runtime, mailer) == 0
        clock.now = row.next_attempt_at
    assert len(pauses) == ATTEMPTS_MAX - 1
    assert MINUTE <= pauses[0] <= 1.25 * MINUTE
    assert pauses[-1] == PAUSE_MAX
    assert (await Row.get(id=written.id)).next_attempt_at is None
    clock.advance(timedelta(days=9))
    assert await send_due(runtime, mailer) == 0


async def test_what_fails_for_good_is_not_tried_again(runtime: Runtime) -> None:
    written = await put(runtime)
    assert await send_due(runtime, failing("unknown", for_good=True)) == 1
    row = await Row.get(id=written.id)
    assert (row.attempts, row.next_attempt_at, row.last_error) == (1, None, "unknown")


async def test_after_a_failure_it_arrives(runtime: Runtime, clock: TestClock) -> None:
    written, mailer = await put(runtime), Recording()
    await send_due(runtime, failing())
    clock.advance(timedelta(hours=1))
    assert await send_due(runtime, mailer) == 1
    row = await Row.get(id=written.id)
    assert (row.attempts, row.sent_at, row.last_error) == (2, clock.now, None)


async def test_a_server_that_is_away_costs_each_an_attempt(runtime: Runtime) -> None:
    for _ in range(3):
        await put(runtime)
    mailer = Recording()
    mailer.refuses = NotSent("SMTPConnectError")
    assert await send_due(runtime, mailer) == 3
    assert {(row.attempts, row.last_error) for row in await Row.all()} == {(1, "SMTPConnectError")}
    assert all(row.next_attempt_at and row.next_attempt_at >= NOW + MINUTE for row in await Row.all())


async def test_a_broken_email_does_not_keep_the_others_and_the_log_tells_nothing(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    broken, good = await put(runtime, "ada@example.com"), await put(runtime, "bo@example.com")
    mailer = Recording()

    def fail(email: Email) -> None:
        if email.id == broken.id:
            raise KeyError(email.address)

    mailer.fail = fail
    assert await send_due(runtime, mailer) == 2
    assert mailer.sent == [good]
    assert (await Row.get(id=broken.id)).last_error == "KeyError"
    assert str(broken.id) in caplog.text
    assert "example.com" not in caplog.text
    assert "faster" not in caplog.text


async def test_a_batch_is_bounded_in_size_and_time(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(EMAILS_AT_ONCE_MAX + 2):
        await put(runtime)
    monkeypatch.setattr(outbox, "BATCH_S_MAX", 0.2)
    mailer = Recording()

    async def hang(_email: Email) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(mailer, "_send", hang)
    assert await send_due(runtime, mailer) == EMAILS_AT_ONCE_MAX
    rows = await Row.all()
    assert sorted(row.attempts for row in rows) == [*[0] * (EMAILS_AT_ONCE_MAX + 1), 1]  # the others are due again
    assert sum(row.next_attempt_at == NOW for row in rows) == EMAILS_AT_ONCE_MAX + 1
    monkeypatch.undo()
    assert await send_due(runtime, mailer) == EMAILS_AT_ONCE_MAX
    assert await send_due(runtime, mailer) == 1


async def test_a_worker_that_stops_leaves_the_rest_to_others_at_once(runtime: Runtime) -> None:
    for _ in range(3):
        await put(runtime)
    mailer = Recording()
    assert await send_due(runtime, mailer, lambda: len(mailer.sent) == 1) == 3
    assert len(mailer.sent) == 1
    assert await send_due(runtime, mailer) == 2
    assert len(mailer.sent) == len({email.id for email in mailer.sent}) == 3
    assert {row.attempts for row in await Row.all()} == {1}


async def test_what_a_killed_worker_had_in_hand_is_sent_again_after_its_lease(
    runtime: Runtime, clock: TestClock
) -> None:
    written, mailer = await put(runtime), Recording()
    killed = asyncio.ensure_future(send_due(runtime, _Dying(mailer)))
    await asyncio.wait({killed})
    assert killed.cancelled()
    assert [email.id for email in mailer.sent] == [written.id]  # it went out, and was not marked
    assert await send_due(runtime, mailer) == 0
    clock.advance(LEASE)
    assert await send_due(runtime, mailer) == 1
    assert [email.id for email in mailer.sent] == [written.id] * 2
    row = await Row.get(id=written.id)
    assert (row.attempts, row.sent_at) == (2, clock.now)


class _Dying(Recording):
    """Sends, and takes its worker with it."""

    def __init__(self, mailer: Recording) -> None:
        super().__init__()
        self.sent = mailer.sent

    async def _send(self, mail: Email) -> None:
        await super()._send(mail)
        raise asyncio.CancelledError


async def test_one_that_kills_its_worker_each_time_is_given_up(runtime: Runtime, clock: TestClock) -> None:
    written, mailer = await put(runtime), Recording()
    for _ in range(ATTEMPTS_MAX):
        await asyncio.wait({asyncio.ensure_future(send_due(runtime, _Dying(mailer)))})
        clock.advance(LEASE)
    assert len(mailer.sent) == ATTEMPTS_MAX
    assert await send_due(runtime, mailer) == 1
    assert len(mailer.sent) == ATTEMPTS_MAX
    row = await Row.get(id=written.id)
    assert (row.attempts, row.next_attempt_at, row.sent_at) == (ATTEMPTS_MAX, None, None)


async def test_several_workers_send_each_email_once(
    runtime: Runtime, dsn: str, catalog: Catalog, clock: TestClock
) -> None:
    written = {(await put(runtime)).id for _ in range(3 * EMAILS_AT_ONCE_MAX)}
    mailer = Recording()

    async def empty(one: Runtime) -> None:
        while await send_due(one, mailer):
            pass

    async with open_process(dsn, catalog, clock) as other:
        await asyncio.gather(empty(runtime), empty(other), empty(runtime))
    assert len(mailer.sent) == len(written)
    assert {email.id for email in mailer.sent} == written


async def test_an_idle_round_is_one_statement(runtime: Runtime) -> None:
    async with recorded(runtime.database.pool) as statements:
        assert await send_due(runtime, Recording()) == 0
    assert len(statements) == 1


async def test_emails_are_forgotten_in_time_and_never_before_they_are_sent(runtime: Runtime, clock: TestClock) -> None:
    await put(runtime)
    await send_due(runtime, Recording())
    waiting = await put(runtime)
    clock.now = NOW + EMAILS_KEPT - MICROSECOND
    assert await forget_emails(runtime) == 0
    clock.advance(MICROSECOND)
    assert await forget_emails(runtime) == 1
    assert [row.id for row in await Row.all()] == [waiting.id]
