"""The embedded PostgreSQL: one server for a data folder, shared by all processes that use the folder.

A process that starts takes a share of ``postgres.use.lock``; the last one to give its share back stops the server.
The kernel takes back the share of a process that was killed, and the server it leaves behind goes on with its data:
the next start finds and uses it. Whatever starts or stops a server holds ``postgres.start.lock``.
"""

import contextlib
import logging
import os
import secrets
import shutil
from pathlib import Path

from app.data_folder import FileLock, exclusive, make_data_folder
from app.postgres_binaries import PostgresPrograms, account_for, can_enter, find_programs
from app.postgres_elsewhere import (
    POINTER,
    EmbeddedPostgresError,
    forsaken_clusters,
    make_home,
    read_pointer,
    remove_forsaken,
    write_pointer,
)
from app.postgres_process import PORT, ServerFolder

__all__ = ["DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]

DATABASE = "allotment"

_SUPERUSER = "postgres"

_SETTINGS = {
    "listen_addresses": "",  # nothing listens on TCP
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",  # compiling takes longer than our short statements
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# more than one start and one stop may take together, so that whoever waits at the gate sees how they end
_GATE_SECONDS_MAX = 150.0

_logger = logging.getLogger(__name__)


class EmbeddedPostgres:
    """This process's share in the PostgreSQL of a data folder.

    ``with EmbeddedPostgres(folder) as dsn:`` or ``start`` and ``stop``; both block for some tenths of a second, so
    call them before an event loop runs or in a thread. ``durable=False`` is for tests: a crash of the machine may
    then lose the data, a crash of the server does not. The first process to start decides it.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._data_dir = data_dir.resolve()
        self._durable = durable
        self._share: FileLock | None = None
        self._sharer_pid = 0
        self._server: ServerFolder | None = None

    def start(self) -> str:
        """Make the cluster if there is none, start its server if it does not run, and return a DSN for asyncpg.

        The DSN names a Unix socket that only this user (and root) can reach, and the database ``allotment``.

        Raises:
            EmbeddedPostgresError: with what to do about it, or with the last lines of the server's log.
        """
        if self._share is not None:
            raise EmbeddedPostgresError("this EmbeddedPostgres is started already")
        try:
            make_data_folder(self._data_dir)
            with self._gate():
                self._share = FileLock(self._data_dir / "postgres.use.lock")
                self._sharer_pid = os.getpid()
                try:
                    return self._start()
                except BaseException:  # Ctrl-C as well: leave nothing running that nobody uses
                    with contextlib.suppress(EmbeddedPostgresError, OSError):
                        self._leave()
                    raise
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot start with the data in {self._data_dir}: {error}"
            ) from error

    def stop(self) -> None:
        """Give this process's share back, and stop the server if it was the last one. Twice does nothing.

        Raises:
            EmbeddedPostgresError: the server does not stop.
        """
        if self._share is None:
            return
        try:
            with self._gate():
                self._leave()
        except FileNotFoundError:  # the data folder was deleted: the server notices within a minute and ends itself
            self._give_back()
        except OSError as error:
            self._give_back()
            raise EmbeddedPostgresError(f"PostgreSQL cannot stop with the data in {self._data_dir}: {error}") from error

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _gate(self) -> contextlib.AbstractContextManager[None]:
        return exclusive(self._data_dir / "postgres.start.lock", wait_seconds_max=_GATE_SECONDS_MAX)

    def _start(self) -> str:
        if self._share is None or not self._share.try_shared():
            # it is held alone only by one who stops the server, and that one holds the gate
            raise EmbeddedPostgresError(f"{self._data_dir}/postgres.use.lock is held by another program")
        cluster, programs = self._open_cluster()
        self._server = ServerFolder(cluster, programs)
        socket_folder = self._server.find_running()
        if socket_folder is None:
            durability = {} if self._durable else _NOT_DURABLE
            socket_folder = self._server.launch({**_SETTINGS, **durability})
        _make_database(programs, socket_folder)
        # the socket's path has no character that a URL would have to escape
        return f"postgresql://{_SUPERUSER}@/{DATABASE}?host={socket_folder}&port={PORT}"

    def _leave(self) -> None:
        """Under the gate: stop the server if nobody else uses it, and give the share back in any case."""
        try:
            # a forked child has this very lock, too, and must not stop the server for its parent
            last = self._sharer_pid == os.getpid() and self._share is not None and self._share.try_exclusive()
            if last and self._server is not None:
                self._server.halt()
        finally:
            self._give_back()

    def _give_back(self) -> None:
        share, self._share, self._server = self._share, None, None
        if share is not None:
            share.close()

    def _open_cluster(self) -> tuple[Path, PostgresPrograms]:
        """The cluster's folder, made if missing, and the programs to run it with."""
        elsewhere = read_pointer(self._data_dir)
        if elsewhere is not None and not (elsewhere / "PG_VERSION").exists():
            pointer = self._data_dir / POINTER
            message = f"{pointer} says that the data are in {elsewhere}, and there are none"
            raise EmbeddedPostgresError(f"{message}. Bring them back, or delete {pointer} to begin with nothing")
        cluster = elsewhere or self._data_dir / "postgres"
        account = account_for(cluster)
        programs = find_programs(account)
        if not (cluster / "PG_VERSION").exists():
            return self._make_cluster(programs), programs
        if account is not None and not can_enter(account, cluster):
            message = f"PostgreSQL runs as {account.name}, who cannot reach {cluster}: a folder above it is closed"
            raise EmbeddedPostgresError(f"{message}. Let others enter that folder (chmod o+x), or move the data folder")
        version = (cluster / "PG_VERSION").read_text().strip()
        if version != str(programs.major):
            message = (
                f"the data in {cluster} are from PostgreSQL {version}, and PostgreSQL {programs.major} is installed"
            )
            raise EmbeddedPostgresError(f"{message}. Install the release that made them, or dump and restore them")
        return cluster, programs

    def _make_cluster(self, programs: PostgresPrograms) -> Path:
        """Make a cluster aside, then rename it: whoever is killed meanwhile leaves no half a cluster."""
        account = programs.account
        elsewhere = account is not None and not can_enter(account, self._data_dir)
        home = make_home(durable=self._durable) if elsewhere else self._data_dir
        # random, because a data folder that is deleted and made again must not find the old data
        cluster = home / (f"postgres-{secrets.token_hex(6)}" if elsewhere else "postgres")
        if cluster.exists() and any(cluster.iterdir()):
            raise EmbeddedPostgresError(f"{cluster} is neither empty nor a PostgreSQL cluster: move it away")
        aside = home / f".{cluster.name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        try:
            if account is not None:
                os.chown(aside, account.uid, account.gid)
            _initdb(programs, aside, durable=self._durable)
            aside.rename(cluster)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        if elsewhere and account is not None:
            write_pointer(self._data_dir, cluster)
            _logger.warning("%s is closed to %s: PostgreSQL's data are in %s", self._data_dir, account.name, cluster)
        if self._durable:
            _sync_folder(home)
            _sync_folder(self._data_dir)
        else:
            _sweep(programs)
        return cluster


def _sweep(programs: PostgresPrograms) -> None:
    """Remove what tests left elsewhere: their data folders are deleted without us knowing."""
    with contextlib.suppress(OSError, EmbeddedPostgresError):
        for cluster in forsaken_clusters():
            ServerFolder(cluster, programs).halt()
            remove_forsaken(cluster)


def _initdb(programs: PostgresPrograms, folder: Path, *, durable: bool) -> None:
    access = ("--auth-local=trust", "--auth-host=reject", "-U", _SUPERUSER)  # the socket's folder is closed
    # sorts by code point on every system, and knows upper and lower case beyond ASCII
    locale = ("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    sync = () if durable else ("--no-sync",)
    done = programs.run("initdb", *access, *locale, *sync, "-D", str(folder))
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"PostgreSQL's initdb failed in {folder}:\n{done.stderr.strip()[-2000:]}")


def _make_database(programs: PostgresPrograms, socket_folder: Path) -> None:
    make_if_missing = (
        f"SELECT 'CREATE DATABASE {DATABASE}' "  # noqa: S608 - a constant
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
    )
    connection = ("-h", str(socket_folder), "-p", str(PORT), "-U", _SUPERUSER, "-d", "postgres")
    done = programs.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *connection, stdin=make_if_missing)
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"the database {DATABASE} cannot be made: {done.stderr.strip()}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
