"""The command line over a database of one's own."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from tests.faults.serving import own_database


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Allot = Callable[..., Ended]


@pytest.fixture
def own_dsn(template_dsn: str) -> Iterator[str]:
    with own_database(template_dsn) as dsn:
        yield dsn


@pytest.fixture
def allot(
    own_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Allot]:
    """Runs a command in this process: `allot("demo", "--json", ALLOT_PORT="1")`."""

    def run(*arguments: str, **variables: str) -> Ended:
        with monkeypatch.context() as patch:
            settings = {"DATABASE_URL": own_dsn, "ALLOT_DATA_DIR": str(tmp_path / "data"), **variables}
            for name in ("ALLOT_HOST", "ALLOT_PORT", "ALLOT_SECRET", "ALLOT_ENVIRONMENT", "ALLOT_BROKER"):
                patch.delenv(name, raising=False)
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setenv("COLUMNS", "80")
            patch.setattr("sys.argv", ["allot", *arguments])
            capsys.readouterr()
            try:
                main()
            except SystemExit as exit_:
                status = exit_.code
            else:
                status = 0
        said = capsys.readouterr()
        assert isinstance(status, int)
        assert "Traceback" not in said.err
        return Ended(status, said.out, said.err)

    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)
