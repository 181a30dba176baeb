"""Settings from the environment: defaults that work, errors that name the variable, secrets that stay secret."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import BrokerKind, Environment, LogLevel, Secret, Settings, SettingsError

LONG_SECRET = "s3cret" * 8
PRODUCTION = {"ALLOT_ENVIRONMENT": "production", "ALLOT_SECRET": LONG_SECRET}


def test_defaults_serve_on_this_machine_alone() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.environment is Environment.DEVELOPMENT
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert (settings.database_url, settings.secret) == (None, None)
    assert settings.broker is BrokerKind.POSTGRES
    assert settings.log_level is LogLevel.INFO


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "ALLOT_ENVIRONMENT": " Sandbox ",
            "ALLOT_HOST": "0.0.0.0",  # noqa: S104 - a value, nothing is bound
            "ALLOT_PORT": "65535",
            "ALLOT_DATA_DIR": "/srv/allot data",
            "DATABASE_URL": "postgres://me:p%23w@db.example:5433/allot?sslmode=require",
            "ALLOT_BROKER": "memory",
            "ALLOT_INTROSPECTION": "OFF",
            "ALLOT_GRAPHIQL": "off",
            "ALLOT_RATE_LIMITS": "off",
            "ALLOT_SECRET": LONG_SECRET,
            "ALLOT_LOG_LEVEL": "WARNING",
        }
    )
    assert settings == Settings(
        environment=Environment.SANDBOX,
        host="0.0.0.0",  # noqa: S104 - a value, nothing is bound
        port=65535,
        data_dir=Path("/srv/allot data"),
        database_url="postgresql://me:p%23w@db.example:5433/allot?sslmode=require",
        broker=BrokerKind.MEMORY,
        introspection=False,
        graphiql=False,
        rate_limits=False,
        secret=Secret(LONG_SECRET),
        log_level=LogLevel.WARNING,
    )


@pytest.mark.parametrize(
    ("environment", "open_by_default"), [("development", True), ("sandbox", True), ("production", False)]
)
def test_g6_introspection_and_graphiql_are_closed_in_production_unless_opened(
    environment: str, open_by_default: bool
) -> None:
    environ = {**PRODUCTION, "ALLOT_ENVIRONMENT": environment}
    settings = Settings.from_environment(environ)
    assert (settings.introspection, settings.graphiql) == (open_by_default, open_by_default)
    settings = Settings.from_environment({**environ, "ALLOT_INTROSPECTION": "on", "ALLOT_GRAPHIQL": "off"})
    assert (settings.introspection, settings.graphiql) == (True, False)


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_is_not_set(blank: str) -> None:
    names = ("ALLOT_HOST", "ALLOT_PORT", "ALLOT_DATA_DIR", "DATABASE_URL", "ALLOT_SECRET", "ALLOT_GRAPHIQL")
    assert Settings.from_environment(dict.fromkeys(names, blank)) == Settings()


@pytest.mark.parametrize("host", ["localhost", "::", "::1", "fe80::1%eth0", "10.0.0.1", "api-1.example.com", "db_1"])
def test_hosts_that_are_taken(host: str) -> None:
    assert Settings.from_environment({"ALLOT_HOST": host}).host == host


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://postgres@/allotment?host=/run/x&port=5432",
        "postgresql:///allotment",
        "postgresql://me@[::1]:5432/allotment",
    ],
)
def test_database_urls_that_are_taken(url: str) -> None:
    assert Settings.from_environment({"DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("ALLOT_ENVIRONMENT", "staging", "one of development, sandbox, production"),
        ("ALLOT_HOST", "http://localhost", "a host name or an IP address"),
        ("ALLOT_HOST", "localhost:8000", "a host name or an IP address"),
        ("ALLOT_HOST", "256.0.0.1", "a host name or an IP address"),
        ("ALLOT_HOST", "a b", "a host name or an IP address"),
        ("ALLOT_HOST", "x" * 300, "a host name or an IP address"),
        ("ALLOT_PORT", "0", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "65536", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "-1", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "+80", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "8_000", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "８０", "a whole number from 1 to 65535"),  # digits that int() would take
        ("ALLOT_PORT", "8000.0", "a whole number from 1 to 65535"),
        ("ALLOT_PORT", "9" * 5000, "a whole number from 1 to 65535"),
        ("ALLOT_DATA_DIR", __file__, "a folder, and this is a file"),
        ("ALLOT_DATA_DIR", "a\0b", "a folder's path"),
        ("ALLOT_DATA_DIR", "x" * 5000, "a folder's path"),
        ("ALLOT_BROKER", "redis", "one of postgres, memory"),
        ("ALLOT_INTROSPECTION", "yes", "on or off"),
        ("ALLOT_GRAPHIQL", "1", "on or off"),
        ("ALLOT_RATE_LIMITS", "no", "on or off"),
        ("ALLOT_LOG_LEVEL", "loud", "one of critical, error, warning, info, debug"),
    ],
)
def test_bad_value_is_refused_with_its_name_and_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({name: value})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{name} is ")
    assert allowed in problem
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://me:hunter2@db/allot", "does not start with postgresql://"),
        ("hunter2", "does not start with postgresql://"),
        ("postgresql://me:hunter2@db:5432", "names no database"),
        ("postgresql://me:hunter2@db:5432/", "names no database"),
        ("postgresql://me:hunter2@db:99999/allot", "port"),
        ("postgresql://me:hunter2@db:0/allot", "port"),
        ("postgresql://me:hunter2@one:1,two:2/allot", "port"),
        ("postgresql://me:hunter2@[::1/allot", "host"),
        ("postgresql://me:hunter2#x@db/allot", "percent-encode"),
        ("postgresql://me:hunter2 x@db/allot", "percent-encode"),
        ("postgresql://me:hunter2@db/allot\0", "percent-encode"),
    ],
)
def test_bad_database_url_is_refused_without_repeating_its_password(url: str, reason: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({"DATABASE_URL": url})
    (problem,) = refusal.value.problems
    assert problem.startswith("DATABASE_URL ")
    assert reason in problem
    assert "hunter2" not in problem


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({"ALLOT_ENVIRONMENT": "production", "ALLOT_PORT": "x", "ALLOT_BROKER": "x"})
    assert [problem.split()[0] for problem in refusal.value.problems] == ["ALLOT_PORT", "ALLOT_BROKER", "ALLOT_SECRET"]
    assert all(problem in str(refusal.value) for problem in refusal.value.problems)


@pytest.mark.parametrize("environment", ["development", "production"])
def test_short_secret_is_refused_without_repeating_it(environment: str) -> None:
    with pytest.raises(SettingsError, match=r"ALLOT_SECRET has 31 characters; at least 32") as refusal:
        Settings.from_environment({"ALLOT_ENVIRONMENT": environment, "ALLOT_SECRET": "q" * 31})
    assert "qq" not in str(refusal.value)


def test_repr_shows_no_secret() -> None:
    settings = Settings.from_environment({**PRODUCTION, "DATABASE_URL": "postgresql://me:hunter2@db/allot"})
    for shown in (repr(settings), str(settings), repr(settings.secret), str(settings.secret), f"{settings.secret}"):
        assert LONG_SECRET not in shown
        assert "hunter2" not in shown


def test_production_demands_a_secret_and_never_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ALLOT_SECRET is needed in production"):
        Settings.from_environment({"ALLOT_ENVIRONMENT": "production"})
    with pytest.raises(SettingsError, match="ALLOT_SECRET is needed in production"):
        Settings(environment=Environment.PRODUCTION, data_dir=tmp_path).signing_secret()
    assert list(tmp_path.iterdir()) == []
    assert Settings.from_environment(PRODUCTION).signing_secret().reveal() == LONG_SECRET


def test_development_makes_its_secret_once_and_closed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "data")
    with ThreadPoolExecutor(8) as pool:
        secrets = {future.result().reveal() for future in [pool.submit(settings.signing_secret) for _ in range(8)]}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    (only,) = settings.data_dir.iterdir()
    assert only.name == "secret"
    assert stat.S_IMODE(only.stat().st_mode) == 0o600
    assert settings.signing_secret() == replace(settings).signing_secret()
    assert Settings(data_dir=tmp_path, secret=Secret(LONG_SECRET)).signing_secret().reveal() == LONG_SECRET


@pytest.mark.parametrize("content", [b"short\n", b"", b"\xff" * 40])
def test_spoiled_secret_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match="ALLOT_DATA_DIR: the secret in"):
        Settings(data_dir=tmp_path).signing_secret()
    assert (tmp_path / "secret").read_bytes() == content


def test_data_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="ALLOT_DATA_DIR: the secret in"):
        Settings(data_dir=tmp_path / "file" / "data").signing_secret()
