"""What an installation decides about e-mail: where it is handed over, and whom it is from."""

import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from app.sign_in.settings import Reads

_PORTS = {"smtp": 587, "smtps": 465}
_MAILBOX = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
_SENDER = re.compile(rf"(?:(?P<name>[^<>@\",;:]{{1,100}}) <(?P<named>{_MAILBOX})>|(?P<alone>{_MAILBOX}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A server that takes e-mails. `tls` from the first byte; otherwise it begins with STARTTLS, where it is offered.

    With a password and a server elsewhere STARTTLS is demanded: a password never travels in the clear.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False

    @property
    def start_tls(self) -> bool | None:
        """Whether STARTTLS is demanded; None: used where it is offered."""
        if self.tls:
            return False
        return True if self.password is not None and not _is_here(self.host) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How e-mails leave. Without a server they are logged and counted as sent, in production they wait."""

    server: SmtpServer | None = None
    sender: Address = field(default_factory=lambda: Address("Allotment", "no-reply", "localhost"))


def read_mail(read: Reads) -> MailSettings:
    """Read the variables of e-mail; problems are noted in `read`, and never with a password."""
    default = MailSettings()
    url, sender = read.text("ALLOT_SMTP_URL"), read.text("ALLOT_MAIL_FROM")
    server = None
    if url is not None:
        try:
            server = _server(url)
        except ValueError as error:
            # the value itself may hold a password and is not repeated
            read.demand(f"ALLOT_SMTP_URL {error}; allowed is smtp://user:password@host:587 or smtps://…:465")
        if sender is None:
            read.demand("ALLOT_MAIL_FROM is needed with ALLOT_SMTP_URL: Example <no-reply@example.com>")
    known = _sender(sender) if sender else default.sender
    if sender and known is None:
        read.refuse("ALLOT_MAIL_FROM", sender, "an address, with a name or without: Example <no-reply@example.com>")
    return MailSettings(server=server, sender=known or default.sender)


def _server(url: str) -> SmtpServer:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("has a host or a port that cannot be read (percent-encode the password)") from None
    if parts.scheme not in _PORTS:
        raise ValueError("does not start with smtp:// or smtps://")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("contains a space or an unusual character (percent-encode it)")
    if not parts.hostname or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("names no host, or more than user, password, host and port")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("has a user without a password, or a password without a user")
    return SmtpServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "smtps",
    )


def _sender(text: str) -> Address | None:
    match = _SENDER.fullmatch(text)
    if match is None or not text.isprintable():
        return None
    try:
        return Address((match["name"] or "").strip(), addr_spec=match["named"] or match["alone"])
    except (MessageError, ValueError):
        return None


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
