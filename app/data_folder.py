"""The data folder: what a server on this machine keeps, and the locks by which processes share it."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

_LOCK_POLL_SECONDS = 0.01


def make_data_folder(folder: Path) -> None:
    """Make the folder and its parents where they are missing; what exists keeps its permissions.

    A new data folder can be entered by others but not listed: started by root, PostgreSQL runs as another user
    and must reach its own folder inside. Everything in here that is private is closed by its own mode.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)


def read_or_make_secret(path: Path) -> str:
    """Return the secret kept in the file, made on first use: 43 characters, 256 bits, mode 0600.

    Processes that start together get the same one: it is written aside and linked into place complete, and the
    loser of the race reads the winner's.

    Raises:
        OSError: the file can be neither read nor made.
    """
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
    return path.read_text(encoding="ascii").strip()


class FileLock:
    """An advisory lock on a file (``flock``): released by the kernel when its process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_exclusive(self) -> bool:
        """Take it alone, or turn a shared lock into an exclusive one. False when another process holds it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take it beside other sharers. False when another process holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Give it back; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try(self, kind: int) -> bool:
        if self._descriptor is None:
            raise ValueError("this lock was closed")
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def exclusive(path: Path, *, wait_seconds_max: float) -> Iterator[None]:
    """Hold the file's lock alone for the duration of a block.

    Raises:
        TimeoutError: another process held it all the time.
        OSError: the file cannot be opened.
    """
    deadline = time.monotonic() + wait_seconds_max
    with FileLock(path) as lock:
        while not lock.try_exclusive():
            if time.monotonic() >= deadline:
                raise TimeoutError(f"another process has held {path} for {wait_seconds_max:g} s")
            time.sleep(_LOCK_POLL_SECONDS)
        yield
