"""The command `allot`: what it does, what it says, its exit status, and what it never says."""

import asyncio
import json
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from app import cli
from app.principal import principal_of
from app.runtime import open_runtime
from app.settings import BrokerKind
from catalog import FOLDER
from domain.ids import public_id
from execution import Credentials
from models.database import open_database
from services.demo import ADA, BO, CHAT_SERVICE
from tests.app.conftest import Allot, Ended
from tests.factories.tables import Content, content

_Result = TypeVar("_Result")

SECRET = "not to be said, not even by a slip of the pen"


def do(work: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run(work)


async def everything(dsn: str) -> Content:
    async with open_database(dsn) as database:
        return await content(database)


async def sql(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def subject(dsn: str, token: str) -> tuple[str, str]:
    """Whom a token stands for."""
    async with open_runtime(dsn, BrokerKind.MEMORY) as runtime:
        principal = await principal_of(runtime, Credentials({"authorization": f"Bearer {token}"}))
        return principal.caller.value, str(principal.subject)


def failed(ended: Ended) -> str:
    """What a command that failed said, which is one line, or one for each setting that is wrong."""
    assert ended.status == 1
    assert ended.out == ""
    first, *others = ended.err.splitlines()
    assert all(line.startswith("  ") for line in others)
    assert not others or first == "the settings cannot be used:"
    return ended.err.strip()


def test_the_demo_is_loaded_once_and_printed_the_same_ever_after(allot: Allot, own_dsn: str) -> None:
    first = allot("demo", "--json")
    loaded = do(everything(own_dsn))
    second = allot("demo", "--json")
    assert (first.status, first.err, second) == (0, "", first)
    assert do(everything(own_dsn)) == loaded
    told = json.loads(first.out)
    assert told["url"] == "http://127.0.0.1:8000/graphql"
    assert [(person["id"], person["name"]) for person in told["people"]] == [
        (public_id("per", ADA), "Ada"),
        (public_id("per", BO), "Bo"),
    ]
    assert all(wallet["walletId"].startswith("wal_") for person in told["people"] for wallet in person["wallets"])
    assert do(subject(own_dsn, told["people"][0]["token"])) == ("USER", str(ADA))
    assert do(subject(own_dsn, told["service"]["token"])) == ("SERVICE", str(CHAT_SERVICE))
    assert loaded["wallets"]
    assert "The demo data is there." in allot("demo").err


@pytest.mark.parametrize(("who", "whom"), [("ada", ADA), ("Bo", BO), (public_id("per", BO), BO)])
def test_a_credential_for_a_person_is_printed_alone(allot: Allot, own_dsn: str, who: str, whom: object) -> None:
    printed = allot("credential", "--as", who)
    assert (printed.status, printed.err) == (0, "")
    assert do(subject(own_dsn, printed.out.strip())) == ("USER", str(whom))
    assert allot("credential", "--as", who).out != printed.out


def test_a_credential_for_the_service_is_printed_alone(allot: Allot, own_dsn: str) -> None:
    printed = allot("credential", "--as", "service")
    assert do(subject(own_dsn, printed.out.strip())) == ("SERVICE", str(CHAT_SERVICE))


def test_a_credential_for_nobody_is_refused(allot: Allot) -> None:
    assert "neither a demo person" in failed(allot("credential", "--as", "eve"))
    unknown = "per_00000000000000000000000007"
    assert failed(allot("credential", "--as", unknown)) == f"There is no person {unknown}."


@pytest.mark.parametrize("command", [("demo",), ("demo", "--json"), ("credential", "--as", "ada")])
def test_production_has_neither_demo_nor_credentials_for_anybody(
    allot: Allot, own_dsn: str, command: tuple[str, ...]
) -> None:
    before = do(everything(own_dsn))
    ended = allot(*command, ALLOT_ENVIRONMENT="production", ALLOT_SECRET=SECRET)
    assert "in production" in failed(ended)
    assert SECRET not in ended.err
    assert do(everything(own_dsn)) == before


def test_f2_reconcile_tells_by_its_exit_status_whether_all_agrees(allot: Allot, own_dsn: str) -> None:
    allot("demo")
    ended = allot("reconcile")
    assert ended.status == 0
    assert re.fullmatch(r"4 wallets, \d+ entries: all agree\.\n", ended.out)
    tampered = "UPDATE grants SET remaining = remaining - 1, used = used + 1 WHERE kind = 'PURCHASED'"
    do(sql(own_dsn, tampered))
    ended = allot("reconcile")
    assert ended.status == 1
    assert ended.out.endswith("entries: 2 do not agree.\n")
    assert {line.partition(":")[0][:4] for line in ended.err.splitlines() if line.strip()} == {"wal_"}
    assert "the grants differ from the replay" in ended.err


def test_the_schema_is_written_and_compared(allot: Allot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "make schema" in failed(allot("schema", "--check"))
    assert allot("schema").status == 0
    assert allot("schema", "--check").status == 0
    path = tmp_path / "schema.graphql"
    path.write_text(path.read_text("utf-8").replace("type Query", "type Queries"), "utf-8")
    assert "make schema" in failed(allot("schema", "--check"))


def test_the_catalog_is_checked_and_what_is_wrong_is_named_by_file_and_key(
    allot: Allot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The catalog is sound" in allot("catalog", "check").out
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    products = tmp_path / "products.toml"
    products.write_text(products.read_text("utf-8").replace("quantity_max = 100\n", "quantity_max = -1\n", 1), "utf-8")
    monkeypatch.setattr(cli, "FOLDER", tmp_path)
    ended = allot("catalog", "check")
    assert ended.status == 1
    assert "products.toml: products[0].quantity_max" in ended.err


def test_migrating_twice_changes_nothing(allot: Allot, own_dsn: str) -> None:
    assert allot("migrate").status == 0
    before = do(everything(own_dsn))
    assert allot("migrate").out == "The database is at the newest version.\n"
    assert do(everything(own_dsn)) == before


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("demo",), ("migrate",), ("reconcile",)])
def test_a_setting_that_cannot_be_used_is_named(allot: Allot, command: tuple[str, ...]) -> None:
    ended = allot(*command, ALLOT_PORT="eighty", ALLOT_ENVIRONMENT="moon", ALLOT_SECRET="tooshort")
    told = failed(ended)
    assert "ALLOT_PORT is 'eighty'; allowed is a whole number from 1 to 65535" in told
    assert "ALLOT_ENVIRONMENT is 'moon'" in told
    assert "ALLOT_SECRET has 8 characters" in told
    assert "tooshort" not in told


UNREACHABLE = {
    "nothing listens": "postgresql://me:{secret}@127.0.0.1:1/allotment",
    "no such host": "postgresql://me:{secret}@nowhere.invalid/allotment",
    "no such socket": "postgresql://me:{secret}@/allotment?host=/nowhere",
}


@pytest.mark.parametrize("how", UNREACHABLE)
@pytest.mark.parametrize("command", ["migrate", "reconcile"])
def test_a_database_that_cannot_be_reached_is_told_in_a_line_without_the_password(
    allot: Allot, how: str, command: str
) -> None:
    told = failed(allot(command, DATABASE_URL=UNREACHABLE[how].format(secret="hunter2hunter2")))
    assert told.startswith("The database cannot be reached: ")
    assert "hunter2" not in told


def test_a_database_that_does_not_exist_is_told_in_a_line(allot: Allot, own_dsn: str) -> None:
    base, mark, options = own_dsn.partition("?")
    missing = f"{base.rpartition('/')[0]}/nothing_here{mark}{options}"
    assert 'database "nothing_here" does not exist' in failed(allot("migrate", DATABASE_URL=missing))


def test_help_names_every_command(allot: Allot) -> None:
    told = allot("--help")
    assert told.status == 0
    for command in ("serve", "worker", "migrate", "demo", "credential", "reconcile", "schema", "catalog"):
        assert command in told.out
    assert allot("no-such-command").status == 2
