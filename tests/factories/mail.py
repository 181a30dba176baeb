"""Mail: a server that takes it over real SMTP on this machine, and mailers that do as the test says."""

import asyncio
import email
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

import anyio
import anyio.lowlevel
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.mail import SmtpMailer
from app.mail_settings import SmtpServer
from domain.persons import Locale
from services.outbox import Email, Send, put_email
from services.runtime import Runtime
from tests.factories.clock import NOW

SENDER = Address("Allotment", "no-reply", "allotment.example")
WORDS = {"kind": "INFORMATION", "text.en": "Chat is faster now.", "text.zh-Hans": "聊天更快了。"}


class Postbox:
    """What an SMTP server has received. `answer` decides what it says to each recipient."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.port = 0
        self.answer: Callable[[str], str] = lambda _address: "250 OK"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient or not."""
        said = self.answer(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    @property
    def server(self) -> SmtpServer:
        return SmtpServer(host="127.0.0.1", port=self.port)

    @property
    def mailer(self) -> SmtpMailer:
        return SmtpMailer(self.server, SENDER)


@asynccontextmanager
async def postbox(*, password: str | None = None) -> AsyncIterator[Postbox]:
    """Serve SMTP on a free port of this machine, with a login if there is a password."""
    box = Postbox()

    def authenticate(_server: object, _session: object, _envelope: object, _how: str, shown: object) -> AuthResult:
        given = getattr(shown, "password", b"")
        return AuthResult(success=given == (password or "").encode(), handled=False)

    def serve() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a login without TLS is no good idea
            return SMTP(
                box,
                hostname="test",
                authenticator=authenticate if password else None,
                auth_required=password is not None,
                auth_require_tls=False,
            )

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


class Recording:
    """A mailer that keeps what it is given; `fail` may raise instead."""

    def __init__(self) -> None:
        self.sent: list[Email] = []
        self.fail: Callable[[Email], None] = lambda _email: None
        self.refuses: Exception | None = None

    def session(self) -> AbstractAsyncContextManager[Send]:
        return self._session()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Send]:
        if self.refuses:
            raise self.refuses
        yield self._send

    async def _send(self, mail: Email) -> None:
        await anyio.lowlevel.checkpoint()
        self.fail(mail)
        self.sent.append(mail)


async def put(
    runtime: Runtime,
    address: str = "ada@example.com",
    *,
    template: str = "notice",
    locale: Locale = Locale.ENGLISH,
    facts: dict[str, str] | None = None,
    at: datetime = NOW,
) -> Email:
    """An e-mail in the outbox."""
    written = Email(uuid4(), None, address, template, WORDS if facts is None else facts, locale, at)
    async with runtime.database.transaction() as connection:
        await put_email(connection, written)
    return written
