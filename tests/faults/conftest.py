"""Data folders for the tests of the embedded PostgreSQL, and processes that use them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.postgres_probe import StartUser, postmaster_pid, runs

ROOT = Path(__file__).parents[2]

# A process that uses the data folder until its stdin ends; Ctrl-C only makes it say so.
USER = """
import signal, sys
from pathlib import Path
from app.embedded_postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
dsn = postgres.start()
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
print(dsn, flush=True)
sys.stdin.read()
postgres.stop()
print("stopped", flush=True)
"""


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder of this test that other users can enter, without any server left behind."""
    # neither long (a socket goes in) nor below a closed folder (as root another user's server must get there)
    folder = Path(tempfile.mkdtemp(prefix="allot-test-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        survivors = [postmaster_pid(path.parent) for path in folder.rglob("postmaster.pid")]
        for pid in survivors:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder)
    assert survivors == []


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    """Where a cluster waits for its next test: making one is most of a test's time."""
    folder = Path(tempfile.mkdtemp(prefix="allot-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def used(ground: Path, shelf: Path) -> Iterator[Path]:
    """A data folder, usually with a cluster from before."""
    if (shelf / "postgres").exists():
        (shelf / "postgres").rename(ground / "postgres")
    yield ground
    if (ground / "postgres" / "PG_VERSION").exists() and not runs(ground / "postgres"):
        (ground / "postgres").rename(shelf / "postgres")


@pytest.fixture
def start_user() -> Iterator[StartUser]:
    started: list[subprocess.Popen[str]] = []

    def start(data_dir: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
