"""Settings: typed, from the environment, each with a default that works for ``make serve``.

Nothing but ``app`` reads the environment; everything else is handed what it needs.
"""

import ipaddress
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from app.data_folder import make_data_folder, read_or_make_secret
from app.mail_settings import MailSettings, read_mail
from app.payments.settings import PaymentSettings, read_payments
from app.sign_in.settings import SignInSettings, read_sign_in

SECRET_CHARACTERS_MIN = 32

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?")


class Environment(StrEnum):
    """What kind of installation this is."""

    DEVELOPMENT = "development"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class BrokerKind(StrEnum):
    """What wakes the readers of feeds: PostgreSQL for any number of processes, memory for a single one."""

    POSTGRES = "postgres"
    MEMORY = "memory"


class LogLevel(StrEnum):
    """The least severe message that is logged, in the names that uvicorn and logging share."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that neither ``repr`` nor ``str`` nor a traceback of a dataclass shows."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._text


class SettingsError(ValueError):
    """The environment cannot be used. ``problems`` has one line for each variable, with what is allowed."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("the settings cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an installation decides. Made by ``from_environment``, or by hand in tests."""

    environment: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path("data")
    database_url: str | None = field(default=None, repr=False)
    """A PostgreSQL to use, ``postgresql://…``; without one an embedded one runs in the data folder."""
    broker: BrokerKind = BrokerKind.POSTGRES
    introspection: bool = True
    graphiql: bool = True
    rate_limits: bool = True
    """Whether people's requests are limited by their plans (D7)."""
    secret: Secret | None = None
    """Given in ``ALLOT_SECRET``; use ``signing_secret``, which makes one where that is allowed."""
    log_level: LogLevel = LogLevel.INFO
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    payments: PaymentSettings = field(default_factory=PaymentSettings)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read every variable; one that is empty or blank counts as not set.

        Raises:
            SettingsError: with all problems at once; never with a secret's text.
        """
        read = _Reader(environ)
        environment = read.choice("ALLOT_ENVIRONMENT", Environment, Environment.DEVELOPMENT)
        open_by_default = environment is not Environment.PRODUCTION
        settings = cls(
            environment=environment,
            host=read.host("ALLOT_HOST", "127.0.0.1"),
            port=read.port("ALLOT_PORT", 8000),
            data_dir=read.folder("ALLOT_DATA_DIR", Path("data")),
            database_url=read.database_url("DATABASE_URL"),
            broker=read.choice("ALLOT_BROKER", BrokerKind, BrokerKind.POSTGRES),
            introspection=read.switch("ALLOT_INTROSPECTION", open_by_default),
            graphiql=read.switch("ALLOT_GRAPHIQL", open_by_default),
            rate_limits=read.switch("ALLOT_RATE_LIMITS", True),
            secret=read.secret("ALLOT_SECRET", demanded=environment is Environment.PRODUCTION),
            log_level=read.choice("ALLOT_LOG_LEVEL", LogLevel, LogLevel.INFO),
            sign_in=read_sign_in(read, production=environment is Environment.PRODUCTION),
            mail=read_mail(read),
            payments=read_payments(read, production=environment is Environment.PRODUCTION),
        )
        if read.problems:
            raise SettingsError(tuple(read.problems))
        return settings

    @property
    def public_origin(self) -> str:
        """The origin that browsers see: the one that is set, or the one that is listened on."""
        if self.sign_in.public_url is not None:
            return self.sign_in.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host).lower()  # noqa: S104  (nothing is bound)
        named = f"[{host}]" if ":" in host else host
        return f"http://{named}" if self.port == 80 else f"http://{named}:{self.port}"

    def signing_secret(self) -> Secret:
        """The secret that signs and hashes: the one given, or outside production one kept in the data folder.

        The first call of an installation without ``ALLOT_SECRET`` makes ``<data_dir>/secret`` (mode 0600).

        Raises:
            SettingsError: production without a secret, or the file cannot be used.
        """
        if self.secret is not None:
            return self.secret
        if self.environment is Environment.PRODUCTION:
            raise SettingsError((_SECRET_DEMANDED,))
        path = self.data_dir / "secret"
        try:
            make_data_folder(self.data_dir)
            text = read_or_make_secret(path)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"ALLOT_DATA_DIR: the secret in {path} cannot be read or made: {error}",)) from error
        if len(text) < SECRET_CHARACTERS_MIN:
            problem = f"ALLOT_DATA_DIR: the secret in {path} is shorter than {SECRET_CHARACTERS_MIN} characters"
            raise SettingsError((f"{problem}; delete the file to get a new one",))
        return Secret(text)


_SECRET_DEMANDED = (
    f"ALLOT_SECRET is needed in production: at least {SECRET_CHARACTERS_MIN} characters, kept out of the repository "
    "(for example from `openssl rand -base64 48`)"
)


class _Reader:
    """Reads variables one by one and collects what is wrong with them, so that all is told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def choice(self, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
        value = self.text(name)
        if value is None:
            return default
        try:
            return kind(value.lower())
        except ValueError:
            self.refuse(name, value, "one of " + ", ".join(member.value for member in kind))
            return default

    def switch(self, name: str, default: bool) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in {"on", "off"}:
            self.refuse(name, value, "on or off")
        return value.lower() == "on"

    def port(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        # fullmatch on ASCII digits: int() would also take "+80", "8_0" and digits of other scripts
        number = int(value) if re.fullmatch(r"[0-9]{1,5}", value) else 0
        if not 1 <= number <= 65535:
            self.refuse(name, value, "a whole number from 1 to 65535")
        return number

    def host(self, name: str, default: str) -> str:
        value = self.text(name)
        if value is None:
            return default
        if not _is_host(value):
            self.refuse(name, value, "a host name or an IP address without port, such as 127.0.0.1, 0.0.0.0 or ::")
        return value

    def folder(self, name: str, default: Path) -> Path:
        value = self.text(name)
        if value is None:
            return default
        try:
            if stat.S_ISDIR(Path(value).stat().st_mode):
                return Path(value)
            self.refuse(name, value, "a folder, and this is a file")
        except FileNotFoundError:
            pass  # it is made when it is needed
        except (OSError, ValueError):  # longer than the system allows, below a file, closed to us, or with a NUL byte
            self.refuse(name, value, "a folder's path that can be reached")
        return Path(value)

    def database_url(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        problem = _database_url_problem(value)
        if problem is not None:
            # the value itself may hold a password and is not repeated
            self.problems.append(f"{name} {problem}; allowed is postgresql://user:password@host:5432/database")
            return None
        return "postgresql://" + value.partition("://")[2]

    def secret(self, name: str, *, demanded: bool) -> Secret | None:
        value = self.text(name)
        if value is None:
            if demanded:
                self.problems.append(_SECRET_DEMANDED)
            return None
        if len(value) < SECRET_CHARACTERS_MIN:
            self.problems.append(f"{name} has {len(value)} characters; at least {SECRET_CHARACTERS_MIN} are needed")
        return Secret(value)

    def text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def demand(self, problem: str) -> None:
        self.problems.append(problem)

    def refuse(self, name: str, value: str, allowed: str) -> None:
        shown = value if len(value) <= 60 else value[:60] + "…"
        self.problems.append(f"{name} is {shown!r}; allowed is {allowed}")


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # an all-digit last label is a mistyped address, never a name (RFC 3696)
        return _HOST_NAME.fullmatch(text) is not None and not text.rstrip(".").rpartition(".")[2].isdigit()
    return True


def _database_url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port, readable = parts.port, True
    except ValueError:
        parts, port, readable = urlsplit(""), None, False
    problems = {
        "does not start with postgresql:// or postgres://": not url.startswith(("postgresql://", "postgres://")),
        "contains a space or a control character (percent-encode it)": not url.isprintable() or " " in url,
        "has a host or a port that cannot be read (one host, a port from 1 to 65535; percent-encode the password)": (
            not readable or port == 0
        ),
        "contains a # (percent-encode it as %23)": "#" in url,
        "names no database after the host": not parts.path.strip("/"),
    }
    return next((problem for problem, found in problems.items() if found), None)
