"""Settings of e-mail: no password in the clear over a network, none in an error."""

import pytest

from app.mail_settings import MailSettings, SmtpServer
from app.settings import Settings, SettingsError

FROM = {"ALLOT_MAIL_FROM": "Example <no-reply@example.com>"}


def mail(**environ: str) -> MailSettings:
    return Settings.from_environment(environ).mail


def test_by_default_nothing_leaves() -> None:
    assert mail() == MailSettings()
    assert mail().server is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer(host="mail.example.com", port=587)),
        ("smtp://127.0.0.1:2525", SmtpServer(host="127.0.0.1", port=2525)),
        ("smtps://mail.example.com", SmtpServer(host="mail.example.com", port=465, tls=True)),
        ("smtp://me:p%40ss@[::1]:25", SmtpServer(host="::1", port=25, user="me", password="p@ss")),
    ],
)
def test_servers_that_are_taken(url: str, server: SmtpServer) -> None:
    read = mail(ALLOT_SMTP_URL=url, **FROM)
    assert read.server == server
    assert str(read.sender) == "Example <no-reply@example.com>"


@pytest.mark.parametrize(
    ("url", "start_tls"),
    [
        ("smtp://me:pass@mail.example.com", True),
        ("smtp://me:pass@localhost", None),
        ("smtp://me:pass@127.0.0.1", None),
        ("smtp://me:pass@[::1]", None),
        ("smtp://mail.example.com", None),
        ("smtps://me:pass@mail.example.com", False),
    ],
)
def test_a_password_never_travels_in_the_clear(url: str, *, start_tls: bool | None) -> None:
    server = mail(ALLOT_SMTP_URL=url, **FROM).server
    assert server
    assert server.start_tls is start_tls


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret1@mail.example.com",
        "me:secret1@mail.example.com",
        "smtp://",
        "smtp://:25",
        "smtp://me:secret1@",
        "smtp://me@mail.example.com",
        "smtp://me:secret1@mail.example.com:0",
        "smtp://me:secret1@mail.example.com:99999",
        "smtp://me:secret1@mail.example.com/path",
        "smtp://me:secret1@mail.example.com?x=1",
        "smtp://me:sec ret1@mail.example.com",
        "smtp://me:secret1\u00e9@mail.example.com",
    ],
)
def test_servers_that_are_refused_without_a_word_of_the_password(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        mail(ALLOT_SMTP_URL=url, **FROM)
    [problem] = refusal.value.problems
    assert problem.startswith("ALLOT_SMTP_URL ")
    assert "secret1" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["nobody", "a@", "@b", "A <a@b> <c@d>", "a@b\r\nBcc: c@d", "a b@c", "é@b.example"])
def test_senders_that_are_refused(sender: str) -> None:
    with pytest.raises(SettingsError, match="ALLOT_MAIL_FROM"):
        mail(ALLOT_MAIL_FROM=sender)


def test_a_server_needs_a_sender() -> None:
    with pytest.raises(SettingsError, match="ALLOT_MAIL_FROM is needed"):
        mail(ALLOT_SMTP_URL="smtp://mail.example.com")
    with pytest.raises(SettingsError, match="ALLOT_MAIL_FROM is needed"):
        mail(ALLOT_SMTP_URL="http://")


def test_a_password_is_not_shown() -> None:
    assert "secret1" not in repr(mail(ALLOT_SMTP_URL="smtp://me:secret1@mail.example.com", **FROM))
