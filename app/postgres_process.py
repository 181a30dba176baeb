"""One PostgreSQL server and its folder: is it running, start it, stop it.

Callers hold the lock of the data folder: nobody else starts or stops this server meanwhile.
"""

import contextlib
import hashlib
import os
import re
import shlex
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.postgres_binaries import PostgresPrograms, can_enter, longest_socket_path_bytes
from app.postgres_elsewhere import EmbeddedPostgresError

PORT = 5432
"""Only part of the socket's name: nothing listens on TCP."""

_START_SECONDS_MAX = 60
_STOP_SECONDS_MAX = 60
_ORPHANS_SECONDS_MAX = 10.0  # how long the children of a killed server may need to notice and end
_POLL_SECONDS = 0.02
_LOG_BYTES_MAX = 10 * 1024 * 1024
_LOG_LINES_SHOWN = 12
_NO_PROCESS = 999_999_999  # above every system's largest process id

# What needs quoting nowhere: not in a shell, not in PostgreSQL's list of folders, not in a URL
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9/._-]*")


class _Owner(Enum):
    """Whose process the id in ``postmaster.pid`` is."""

    OURS = "this folder's server"
    ANOTHER = "a process that has nothing to do with this folder, or none"
    UNKNOWN = "some PostgreSQL, we may not see whose"


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """What a server wrote about itself into ``postmaster.pid``."""

    pid: int
    socket_folder: Path | None


class ServerFolder:
    """A cluster's folder with the server that runs, or does not run, in it."""

    def __init__(self, folder: Path, programs: PostgresPrograms) -> None:
        self._folder = folder
        self._programs = programs
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        # shown by ps and in the server's arguments: tells our server from a stranger with a re-used process id
        self._name = f"allotment-{digest}"

    def find_running(self) -> Path | None:
        """The socket folder of the server, when it runs and answers; None when it does not run.

        One that is starting (recovery after a crash, say) or stopping is waited for.

        Raises:
            EmbeddedPostgresError: it runs and does not answer.
        """
        deadline = time.monotonic() + _START_SECONDS_MAX
        while True:
            postmaster = self._read_postmaster()
            if postmaster is None:
                return None
            owner = self._owner(postmaster.pid)
            if owner is _Owner.ANOTHER:
                self._disown(postmaster)
            if owner is not _Owner.OURS:
                return None  # an unknown one is left to PostgreSQL, which refuses to start beside it
            if postmaster.socket_folder is not None and self._answers(postmaster.socket_folder):
                return postmaster.socket_folder
            if time.monotonic() >= deadline:
                message = f"PostgreSQL (process {postmaster.pid}) runs in {self._folder} and has not answered"
                raise EmbeddedPostgresError(f"{message} for {_START_SECONDS_MAX} s{self._log_end(0)}")
            time.sleep(_POLL_SECONDS)

    def launch(self, settings: Mapping[str, str]) -> Path:
        """Start the server and return its socket folder once it takes connections.

        Raises:
            EmbeddedPostgresError: it does not start; with the last lines of its log.
        """
        socket_folder = self._make_socket_folder()
        self._drop_stale_socket(socket_folder)
        options = {**settings, "unix_socket_directories": str(socket_folder), "cluster_name": self._name}
        # pg_ctl hands this to a shell. The folder goes as "." and not by its name, which may hold anything
        options_text = " ".join("-c " + shlex.quote(f"{name}={value}") for name, value in options.items())
        start = ("start", "-w", "-s", "-t", str(_START_SECONDS_MAX), "-D", ".", "-l", "server.log")
        seen_bytes = self._rotate_log()
        deadline = time.monotonic() + _ORPHANS_SECONDS_MAX
        while True:
            done = self._programs.run("pg_ctl", *start, "-o", options_text, folder=self._folder)
            if done.returncode == 0:
                return socket_folder
            log = self._log_end(seen_bytes)
            # a server was killed, and its children have not all noticed yet
            if "shared memory block" not in log or time.monotonic() >= deadline:
                said = done.stderr.strip()
                raise EmbeddedPostgresError(f"PostgreSQL does not start in {self._folder}: {said}{log}")
            time.sleep(_POLL_SECONDS)

    def halt(self) -> None:
        """Stop the server, cutting its connections; nothing happens when it does not run.

        Raises:
            EmbeddedPostgresError: it does not stop.
        """
        postmaster = self._read_postmaster()
        if postmaster is None or self._owner(postmaster.pid) is not _Owner.OURS:
            return
        stop = ("stop", "-w", "-s", "-m", "fast", "-t", str(_STOP_SECONDS_MAX), "-D", ".")
        done = self._programs.run("pg_ctl", *stop, folder=self._folder)
        if done.returncode != 0 and self._owner(postmaster.pid) is _Owner.OURS:
            message = f"PostgreSQL (process {postmaster.pid}) does not stop in {self._folder}: {done.stderr.strip()}"
            raise EmbeddedPostgresError(message + self._log_end(0))
        if postmaster.socket_folder not in (None, self._folder):
            with contextlib.suppress(OSError):
                postmaster.socket_folder.rmdir()

    def _answers(self, socket_folder: Path) -> bool:
        return self._programs.run("pg_isready", "-q", "-h", str(socket_folder), "-p", str(PORT)).returncode == 0

    def _read_postmaster(self) -> _Postmaster | None:
        try:
            lines = (self._folder / "postmaster.pid").read_text(errors="replace").split("\n")
        except FileNotFoundError:
            return None
        # lines: process id, folder, start, port, socket folder, TCP address, shared memory, state
        pid = int(lines[0]) if re.fullmatch(r"[0-9]{1,9}", lines[0]) else _NO_PROCESS
        return _Postmaster(pid, Path(lines[4]) if len(lines) > 4 and lines[4] else None)

    def _owner(self, pid: int) -> _Owner:
        command = _command_line(pid)
        if self._name in command:
            return _Owner.OURS
        if "postgres" not in command:
            return _Owner.ANOTHER
        try:  # a PostgreSQL works in its folder: somebody may have started this one by hand
            return _Owner.OURS if Path(f"/proc/{pid}/cwd").readlink() == self._folder else _Owner.ANOTHER
        except OSError:
            return _Owner.ANOTHER if "cluster_name=allotment-" in command else _Owner.UNKNOWN

    def _disown(self, postmaster: _Postmaster) -> None:
        """Replace a dead server's process id, which may be a living stranger's by now.

        PostgreSQL would take a stranger of the same user for a server of this folder and refuse to start: usual
        after a container's restart, where the same few ids come back. The file stays, because its other lines
        let PostgreSQL find children of the dead server that still hold the shared memory.
        """
        path = self._folder / "postmaster.pid"
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "r+", errors="surrogateescape") as file:
            lines = file.read().split("\n")
            if lines[0] != str(postmaster.pid):
                return
            lines[0] = str(_NO_PROCESS)
            file.seek(0)
            file.write("\n".join(lines))
            file.truncate()

    def _drop_stale_socket(self, socket_folder: Path) -> None:
        """Remove what a dead server left beside its socket: its process id may be a living stranger's here as well."""
        postmaster = self._read_postmaster()
        if postmaster is None or postmaster.pid == _NO_PROCESS:
            (socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _make_socket_folder(self) -> Path:
        """The cluster's folder, or where its path cannot name a socket a short one of the same name every time.

        Raises:
            EmbeddedPostgresError: no folder for temporary files will do.
        """
        if _can_hold_socket(self._folder):
            return self._folder
        account = self._programs.account
        uid, gid = (os.geteuid(), os.getegid()) if account is None else (account.uid, account.gid)
        candidates = list(dict.fromkeys(Path(parent) for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp")))  # noqa: S108 - made 0700, and checked below
        for parent in candidates:
            folder = parent / self._name
            if not _can_hold_socket(folder):
                continue
            with contextlib.suppress(OSError):
                try:
                    folder.mkdir(mode=0o700)
                    os.chown(folder, uid, gid, follow_symlinks=False)
                except FileExistsError:
                    pass
                found = folder.lstat()  # it may be somebody else's trap
                closed = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
                if closed and found.st_uid == uid and (account is None or can_enter(account, folder)):
                    return folder
        tried = ", ".join(str(parent) for parent in candidates)
        message = f"the path {self._folder} cannot name a Unix socket (too long, or special characters)"
        raise EmbeddedPostgresError(f"{message}, and {self._name} cannot be made in any of {tried}")

    def _rotate_log(self) -> int:
        """Put a large log aside and return the size of the current one, in bytes."""
        log = self._folder / "server.log"
        try:
            size = log.lstat().st_size
        except FileNotFoundError:
            return 0
        if size <= _LOG_BYTES_MAX:
            return size
        log.replace(log.with_name("server.log.1"))
        return 0

    def _log_end(self, skip_bytes: int) -> str:
        """The last lines of the server's log, as the end of a message; empty when there are none."""
        try:
            descriptor = os.open(self._folder / "server.log", os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return ""
        with os.fdopen(descriptor, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(skip_bytes, size - 8192))
            lines = file.read().decode(errors="replace").splitlines()
        return "".join(f"\n  {line}" for line in lines[-_LOG_LINES_SHOWN:])


def _can_hold_socket(folder: Path) -> bool:
    text = str(folder)
    if not _PLAIN_PATH.fullmatch(text):
        return False
    return len(os.fsencode(f"{text}/.s.PGSQL.{PORT}")) <= longest_socket_path_bytes()


def _command_line(pid: int) -> str:
    """The process's arguments; empty when it does not exist or is dead."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    done = subprocess.run(  # noqa: S603 - a constant command with a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True, timeout=10
    )
    return done.stdout.strip()
