"""E-mail: words from templates, text and HTML, handed to an SMTP server (A6, A7).

A template is three files in `mail_templates/`, for each language: `<name>.<locale>.subject`, `.txt` and `.html`. It is
filled with the facts of the e-mail and with `title` and `text`, the words of its notice. Values are escaped in HTML,
and nothing that they hold can end a header.
"""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.mail_settings import SmtpServer
from app.settings import Environment as Deployment
from app.settings import Settings
from domain.notice_words import notice_words
from services.outbox import Email, Mailer, NotSent, Send

TEMPLATES = Path(__file__).parent / "mail_templates"
SUBJECT_CHARACTERS_MAX = 150
SMTP_TIMEOUT_S = 10.0

_NAME = re.compile(r"[a-z][a-z_]{0,40}")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_log = logging.getLogger(__name__)

_templates = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(("html",), default=False),
    undefined=StrictUndefined,
    auto_reload=False,
    keep_trailing_newline=True,
)


def mailer_of(installation: Settings) -> Mailer | None:
    """Choose what takes e-mails on; None: nothing does, and they wait."""
    settings = installation.mail
    if settings.server is not None:
        return SmtpMailer(settings.server, settings.sender)
    if installation.environment is Deployment.PRODUCTION:
        _log.warning("ALLOT_SMTP_URL is not set: e-mails wait in the outbox")
        return None
    return LoggingMailer(settings.sender)


def compose(email: Email, sender: Address) -> EmailMessage:
    """Write an e-mail with both parts.

    Its Message-ID follows from its id: one that is sent twice can be told by the reader's program.

    Raises:
        NotSent: for good; the address is none, or there is no such template.
    """
    if not _NAME.fullmatch(email.template):
        raise NotSent("no such template", for_good=True)
    words = notice_words(email.facts.get("kind", ""), email.facts, email.locale)
    facts = {**email.facts, "title": words.title, "text": words.text, "locale": email.locale.value}
    subject, text, html = (
        _templates.get_template(f"{email.template}.{email.locale}.{part}").render(facts)
        for part in ("subject", "txt", "html")
    )
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = _recipient(email.address)
    message["Subject"] = _BREAKS.sub(" ", subject).strip()[:SUBJECT_CHARACTERS_MAX]
    message["Date"] = format_datetime(email.created_at)
    message["Message-ID"] = f"<{email.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = email.locale.value  # last: writing a content takes the headers about contents away
    return message


class SmtpMailer:
    """Hands e-mails to an SMTP server, a batch over one connection."""

    def __init__(self, server: SmtpServer, sender: Address) -> None:
        self._server = server
        self._sender = sender

    def session(self) -> AbstractAsyncContextManager[Send]:
        """Connect and log in."""
        return self._session()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Send]:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.start_tls,
            timeout=SMTP_TIMEOUT_S,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _not_sent(error) from None
        try:
            yield partial(self._send, client)
        finally:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
            client.close()

    async def _send(self, client: aiosmtplib.SMTP, email: Email) -> None:
        message = compose(email, self._sender)
        try:
            if not client.is_connected:  # the one before broke it
                await client.connect()
            await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _not_sent(error) from None


class LoggingMailer:
    """For development: writes e-mails as they would be sent, and logs which and to whom, without a word of them."""

    def __init__(self, sender: Address) -> None:
        self._sender = sender

    def session(self) -> AbstractAsyncContextManager[Send]:
        """Nothing needs to be opened."""
        return self._session()

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Send]:
        yield self._send

    async def _send(self, email: Email) -> None:
        compose(email, self._sender)
        _log.info("%r would be sent now; ALLOT_SMTP_URL names a server that does", email)


def _recipient(address: str) -> Address:
    try:
        found = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise NotSent("the address is none", for_good=True) from None
    if not found.username or not found.domain or _BREAKS.search(address):
        raise NotSent("the address is none", for_good=True)
    return found


def _not_sent(error: aiosmtplib.SMTPException | OSError) -> NotSent:
    """Say what went wrong by kind and code: a server's own words may quote the address."""
    refused = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
    code = refused.code if isinstance(refused, aiosmtplib.SMTPResponseException) else None
    told = type(refused).__name__ if code is None else f"{type(refused).__name__} {code}"
    unknown = isinstance(refused, aiosmtplib.SMTPRecipientRefused) and code is not None and code >= 500
    return NotSent(told, for_good=unknown)
