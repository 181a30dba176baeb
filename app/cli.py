"""The command `allot`."""

import asyncio
import gc
import json
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import asyncpg
import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.demo import demo_document, welcome
from app.embedded_postgres import EmbeddedPostgresError
from app.installation import database, settings_from_environment, with_runtime
from app.listening import Server, Sockets, listen
from app.mail import mailer_of
from app.server import create_app
from app.settings import Environment, Settings, SettingsError
from app.worker import work
from catalog import FOLDER
from domain.authorization import READ, WRITE
from domain.catalog import CatalogError, Document, parse_catalog
from domain.ids import parse_public_id, public_id
from models.persons import Person
from resolvers.graph import build_schema
from services.catalog import read_folder
from services.credentials import issue_operator_key, issue_service_key, issue_session
from services.demo import CHAT_SERVICE, OPERATOR, PEOPLE, load_demo
from services.reconciling import count_wallets, reconcile
from services.runtime import Runtime

SCHEMA_FILE = Path("schema.graphql")
SHUTDOWN_S_MAX = 5
_CREDENTIAL_LASTS = timedelta(days=30)
_SERVICE = "service"
_OPERATOR = "operator"

cli = typer.Typer(
    help="Allotment: membership and metering for AI products.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
catalog_cli = typer.Typer(help="The catalog: meters, products, prices, plans, policies.", no_args_is_help=True)
cli.add_typer(catalog_cli, name="catalog")

_out = Console()
_err = Console(stderr=True)


def main() -> None:
    """Run the command line; problems that a person can mend are told in a line, without a traceback."""
    try:
        cli()
    except (SettingsError, CatalogError, EmbeddedPostgresError) as error:
        _fail(str(error))
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError, OSError) as error:
        _fail(f"The database cannot be reached: {error}")


@cli.command()
def serve(
    *, worker: Annotated[bool, typer.Option(help="Also write what falls due on time, in this process.")] = True
) -> None:
    """Serve the API and GraphiQL (ALLOT_HOST, ALLOT_PORT; embedded PostgreSQL unless DATABASE_URL is set)."""
    settings = _settings()
    sockets = listen(settings.host, settings.port)
    with database(settings) as dsn:
        if settings.environment is Environment.DEVELOPMENT:
            asyncio.run(welcome(settings, dsn, _out))
        app = create_app(settings, dsn, worker=worker)
        gc.freeze()  # modules and schema live as long as the process: no collection need walk through them
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level.value,
            access_log=False,
            server_header=False,
            ws=Sockets,
            ws_per_message_deflate=False,  # small messages: compressing them costs more than it saves
            timeout_graceful_shutdown=SHUTDOWN_S_MAX,
        )
        with suppress(KeyboardInterrupt):  # raised again when everything is closed
            Server(config, app.state.leave).run(sockets)


@cli.command()
def worker() -> None:
    """Write refreshes, expiries and time-outs when they fall due (`serve` does so as well)."""
    settings = _settings()

    async def run(runtime: Runtime) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        _err.print("The worker runs. Ctrl-C stops it.")
        await work(runtime, stop, mailer_of(settings))

    with_runtime(settings, run)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    with database(_settings()):
        _out.print("The database is at the newest version.")


@cli.command()
def demo(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print ids and credentials for scripts.")] = False
) -> None:
    """Load the demo data; a second time changes nothing. Not in production."""
    settings = _settings_for_development("demo data")

    async def run(runtime: Runtime) -> dict[str, object]:
        return demo_document(await load_demo(runtime, settings.signing_secret().reveal()), settings)

    document = with_runtime(settings, run)
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    if not as_json:
        _err.print("The demo data is there. `allot serve` shows it.")


@cli.command()
def credential(
    who: Annotated[
        str, typer.Option("--as", help="A demo person (ada, bo), a person's id (per_…), or: service, operator.")
    ],
) -> None:
    """Print a new bearer token for somebody, for 30 days (a service key: for ever). Not in production."""
    settings = _settings_for_development("credentials for anybody")

    async def run(runtime: Runtime) -> str:
        await load_demo(runtime, settings.signing_secret().reveal())
        if who == _SERVICE:
            scopes = frozenset({READ, WRITE})
            return (await issue_service_key(runtime, CHAT_SERVICE, "allot credential", scopes)).token
        if who == _OPERATOR:
            return (await issue_operator_key(runtime, OPERATOR, "allot credential", _CREDENTIAL_LASTS)).token
        person = PEOPLE.get(who.lower()) or _person_id(who)
        if not await Person.exists(id=person):
            _fail(f"There is no person {who}.")
        return (await issue_session(runtime, person, "allot credential", _CREDENTIAL_LASTS)).token

    sys.stdout.write(with_runtime(settings, run) + "\n")


@cli.command("reconcile")
def reconcile_command() -> None:
    """Prove for every wallet that what is stored is what its entries add up to; exit status 1 if not."""

    async def run(runtime: Runtime) -> tuple[int, int, int]:
        wallets = entries = wrong = 0
        with _progress() as progress:
            bar = progress.add_task("Reconciling wallets", total=await count_wallets(runtime))
            async for result in reconcile(runtime):
                wallets += 1
                entries += result.entries
                wrong += bool(result.problems)
                for problem in result.problems:
                    told = f"{public_id('wal', result.wallet_id)}: {problem}"
                    _err.print(told, markup=False, highlight=False, soft_wrap=True)
                progress.advance(bar)
        return wallets, entries, wrong

    wallets, entries, wrong = with_runtime(_settings(), run)
    _out.print(
        f"{wallets} wallets, {entries} entries: {wrong} do not agree."
        if wrong
        else f"{wallets} wallets, {entries} entries: all agree."
    )
    if wrong:
        raise typer.Exit(1)


@cli.command()
def schema(
    *, check: Annotated[bool, typer.Option(help="Compare instead of writing; exit status 1 on a difference.")] = False
) -> None:
    """Print the contract into schema.graphql."""
    text = build_schema().as_str().rstrip() + "\n"
    if not check:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        _out.print(f"{SCHEMA_FILE} is written.")
    elif not SCHEMA_FILE.is_file() or SCHEMA_FILE.read_text(encoding="utf-8") != text:
        _fail(f"{SCHEMA_FILE} is not what the code says: make schema")
    else:
        _out.print(f"{SCHEMA_FILE} is what the code says.")


@catalog_cli.command("check")
def catalog_check() -> None:
    """Check the catalog's files; every problem is named by file and key."""
    documents = [Document(name, 1, text) for name, text in read_folder(FOLDER).items()]
    found = parse_catalog(documents)
    _out.print(f"The catalog is sound: {len(found.products)} products, {len(found.plans)} plans.")


def _settings() -> Settings:
    settings = settings_from_environment()
    logging.basicConfig(
        level=settings.log_level.value.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("tortoise").setLevel(logging.WARNING)  # its start and stop are not news
    return settings


def _settings_for_development(what: str) -> Settings:
    settings = _settings()
    if settings.environment is Environment.PRODUCTION:
        _fail(f"There are no {what} in production (ALLOT_ENVIRONMENT).")
    return settings


def _person_id(text: str) -> UUID:
    try:
        return parse_public_id("per", text)
    except ValueError:
        _fail(f"{text} is neither a demo person (ada, bo), nor a person's id (per_…), nor: service, operator.")


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_err, transient=True) as progress:
        yield progress


def _fail(message: str) -> NoReturn:
    _err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(1)
