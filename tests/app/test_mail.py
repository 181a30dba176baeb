"""E-mail over real SMTP: both parts in both languages, nothing that a fact holds gets out of its place."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from app import mail
from app.mail import LoggingMailer, SmtpMailer, compose, mailer_of
from app.mail_settings import MailSettings, SmtpServer
from app.mail_worker import tell_people
from app.settings import Environment, Settings
from domain.notice_words import Words
from domain.notices import NoticeKind
from domain.persons import Locale
from models.notices import Email as Row
from services import outbox
from services.outbox import Email, NotSent, send_due
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_operator
from tests.factories.mail import SENDER, WORDS, Postbox, postbox, put
from tests.factories.notices import announce, make_reader
from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

EN, ZH = Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE
HOSTILE = {
    "kind": "INFORMATION",
    "text": "<script>alert(1)</script>\r\nBcc: eve@example.com\r\n\r\n.\r\nQUIT & {{ 7*7 }}",
}


def email(locale: Locale = EN, **facts: str) -> Email:
    return Email(uuid4(), None, "ada@example.com", "notice", {**WORDS, **facts}, locale, NOW)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has happened in another task."""
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110  (what is waited for is in a database, or at a server)
            await asyncio.sleep(0.01)


async def _reached(box: Postbox, count: int) -> bool:
    return len(box.messages) >= count


async def test_a6_people_receive_both_parts_in_their_language(runtime: Runtime) -> None:
    ada = await make_reader(runtime, "ada@example.com", EN)
    await make_reader(runtime, "bo@example.com", ZH)
    await announce(runtime, await make_operator(runtime))
    async with postbox() as box:
        stop = asyncio.Event()
        working = asyncio.ensure_future(tell_people(runtime, stop, box.mailer))
        await until(lambda: _reached(box, 2))
        stop.set()
        await working
    messages = {str(message["To"]): message for message in box.messages}
    assert sorted(box.recipients) == sorted(messages) == ["ada@example.com", "bo@example.com"]
    for address, subject, said, foot in (
        ("ada@example.com", "Good to know", "Chat is faster now.", "not advertising"),
        ("bo@example.com", "通知", "聊天更快了。", "并非广告"),
    ):
        message = messages[address]
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        assert text
        assert html
        assert message["Subject"] == subject
        assert str(message["From"]) == "Allotment <no-reply@allotment.example>"
        assert message["Date"].datetime == NOW
        assert message["Auto-Submitted"] == "auto-generated"
        for part in (text, html):
            assert said in part.get_content()
            assert foot in " ".join(part.get_content().split())
        assert "<h1" in html.get_content()
        assert "<" not in text.get_content()
    assert [messages[address]["Content-Language"] for address in sorted(messages)] == ["en", "zh-Hans"]
    row = await Row.get(person_id=ada.person_id)
    assert messages["ada@example.com"]["Message-ID"] == f"<{row.id}@allotment.example>"
    assert {row.sent_at for row in await Row.all()} == {NOW}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_can_be_written_in_every_language(kind: NoticeKind, locale: Locale) -> None:
    message = compose(email(locale, kind=kind), SENDER)
    assert message["Subject"]
    assert message.is_multipart()


@pytest.mark.parametrize("locale", list(Locale))
async def test_hostile_facts_stay_where_they_are(runtime: Runtime, locale: Locale) -> None:
    await put(runtime, facts=HOSTILE, locale=locale)
    async with postbox() as box:
        assert await send_due(runtime, box.mailer) == 1
    [message] = box.messages
    assert box.recipients == ["ada@example.com"]
    assert message["Bcc"] is None
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    assert "<script>alert(1)</script>" in text.get_content()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html.get_content()
    assert "<script" not in html.get_content()
    for part in (text, html):
        assert "{{ 7*7 }}" in part.get_content()
        assert "\n.\n" in part.get_content().replace("\r\n", "\n")


def test_a_title_is_one_line_whatever_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"kind": "NEW", "headline": "Hello\r\nBcc: eve@example.com\x00\u2028" + "x" * 500}
    monkeypatch.setattr(mail, "notice_words", lambda *_: Words(facts["headline"], "Hello"))
    message = compose(replace(email(), facts=facts), SENDER)
    assert message["Subject"].startswith("Hello Bcc: eve@example.com x")
    assert len(message["Subject"]) == 150
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a@b@c",
        "ada@example.com\r\nBcc: eve@example.com",
        "Ada <ada@example.com>",
        "a b",
    ],
)
async def test_what_is_no_address_is_given_up_at_once(address: str) -> None:
    with pytest.raises(NotSent) as error:
        compose(replace(email(), address=address), SENDER)
    assert error.value.for_good
    assert "ada" not in error.value.reason


@pytest.mark.parametrize("template", ["../secret", "layout.html", "no_such_one", "Notice", "notice/../notice"])
async def test_an_unknown_template_sends_nothing(runtime: Runtime, template: str) -> None:
    await put(runtime, template=template)
    async with postbox() as box:
        await send_due(runtime, box.mailer)
    assert box.messages == []
    assert (await Row.get()).last_error in ("no such template", "TemplateNotFound")


async def test_a_server_may_refuse_for_now_or_for_good(runtime: Runtime) -> None:
    later, never = await put(runtime, "later@example.com"), await put(runtime, "never@example.com")
    good = await put(runtime, "good@example.com")
    said = {"later@example.com": "450 <later@example.com> come back", "never@example.com": "550 <never@example.com> no"}
    async with postbox() as box:
        box.answer = lambda address: said.get(address, "250 OK")
        assert await send_due(runtime, box.mailer) == 3
    rows = {row.id: row for row in await Row.all()}
    assert box.recipients == ["good@example.com"]
    assert rows[good.id].sent_at
    assert (rows[later.id].last_error, rows[later.id].next_attempt_at is None) == ("SMTPRecipientRefused 450", False)
    assert (rows[never.id].last_error, rows[never.id].next_attempt_at) == ("SMTPRecipientRefused 550", None)


async def test_a_server_that_is_away_is_tried_later(runtime: Runtime) -> None:
    async with postbox() as box:
        mailer = box.mailer
    await put(runtime)
    assert await send_due(runtime, mailer) == 1
    row = await Row.get()
    assert row.last_error == "SMTPConnectError"
    assert row.next_attempt_at


async def test_a_login_is_made_and_a_wrong_one_is_no_fault_of_the_email(runtime: Runtime) -> None:
    await put(runtime)
    async with postbox(password="right") as box:
        wrong = replace(box.server, user="allot", password="wrong")
        assert await send_due(runtime, SmtpMailer(wrong, SENDER)) == 1
        row = await Row.get()
        assert row.last_error == "SMTPAuthenticationError 535"
        assert row.next_attempt_at
        await Row.filter(id=row.id).update(next_attempt_at=NOW)
        right = replace(box.server, user="allot", password="right")
        assert await send_due(runtime, SmtpMailer(right, SENDER)) == 1
    assert len(box.messages) == 1


async def test_in_development_emails_are_counted_as_sent_and_the_log_shows_no_address(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    reader = await make_reader(runtime, "ada@example.com")
    await announce(runtime, await make_operator(runtime))
    await outbox.send_due(runtime, LoggingMailer(SENDER))
    mailer = mailer_of(Settings())
    assert isinstance(mailer, LoggingMailer)
    stop = asyncio.Event()
    with caplog.at_level(logging.INFO):
        working = asyncio.ensure_future(tell_people(runtime, stop, mailer))
        await until(Row.filter(sent_at__not_isnull=True).exists)
        stop.set()
        await working
    assert str(reader.person_id) in caplog.text
    assert "notice" in caplog.text
    assert "ada@example.com" not in caplog.text
    assert "faster" not in caplog.text


def test_what_takes_emails_depends_on_the_installation(caplog: pytest.LogCaptureFixture) -> None:
    server = SmtpServer(host="mail.example.com", port=587)
    assert isinstance(mailer_of(Settings(environment=Environment.SANDBOX)), LoggingMailer)
    assert mailer_of(Settings(environment=Environment.PRODUCTION)) is None
    assert "ALLOT_SMTP_URL" in caplog.text
    with_server = Settings(environment=Environment.PRODUCTION, mail=MailSettings(server=server))
    assert isinstance(mailer_of(with_server), SmtpMailer)


async def test_without_a_mailer_emails_wait(runtime: Runtime) -> None:
    await put(runtime)
    stop = asyncio.Event()
    working = asyncio.ensure_future(tell_people(runtime, stop, None))
    await asyncio.sleep(0.05)
    stop.set()
    await working
    assert (await Row.get()).attempts == 0
