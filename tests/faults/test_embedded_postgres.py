"""The embedded PostgreSQL under what really happens: kill -9, Ctrl-C, crowds."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from app import embedded_postgres
from app.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.faults.postgres_probe import StartUser, listening_tcp_sockets, postmaster_pid, run_sql, runs, said


def test_cold_start_makes_a_closed_database_without_tcp(ground: Path) -> None:
    data_dir = ground / "new" / "data"
    postgres = EmbeddedPostgres(data_dir)
    dsn = postgres.start()
    cluster = data_dir / "postgres"
    assert dsn == f"postgresql://postgres@/allotment?host={cluster}&port=5432"
    assert run_sql(dsn, "SELECT current_database()") == "allotment"
    for name, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "jit": "off",
        "TimeZone": "UTC",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "listen_addresses": "",
    }.items():
        assert run_sql(dsn, f"SHOW {name}") == value
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert listening_tcp_sockets(postmaster_pid(cluster)) == []
    if os.geteuid() == 0:
        assert cluster.stat().st_uid != 0
    assert stat.S_IMODE((data_dir / "postgres.use.lock").stat().st_mode) == 0o600
    postgres.stop()
    postgres.stop()
    assert not runs(cluster)


def test_warm_restart_keeps_data_and_makes_a_missing_database_again(used: Path) -> None:
    with EmbeddedPostgres(used, durable=False) as dsn:
        assert run_sql(dsn, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT 7 AS n", "SHOW fsync") == "off"
    with EmbeddedPostgres(used, durable=False) as dsn:
        assert run_sql(dsn, "SELECT n FROM kept") == 7
        run_sql(dsn.replace("/allotment?", "/postgres?"), "DROP DATABASE allotment WITH (FORCE)", "SELECT 1")
    with EmbeddedPostgres(used, durable=False) as dsn:
        assert run_sql(dsn, "SELECT to_regclass('kept')") is None


def test_four_processes_starting_cold_at_once_share_one_server(ground: Path, start_user: StartUser) -> None:
    users = [start_user(ground) for _ in range(4)]
    dsns = {said(user) for user in users}
    assert len(dsns) == 1
    servers = {run_sql(dsn, "SELECT pg_postmaster_start_time()::text") for dsn in dsns}
    assert len(servers) == 1
    for user in users[:3]:
        assert user.communicate()[0].endswith("stopped\n")
    assert run_sql(dsns.pop(), "SELECT 1") == 1
    assert users[3].communicate()[0].endswith("stopped\n")
    assert not runs(ground / "postgres")


def test_first_of_two_users_to_stop_leaves_the_server_to_the_other(used: Path) -> None:
    first, second = EmbeddedPostgres(used, durable=False), EmbeddedPostgres(used, durable=False)
    dsn = first.start()
    assert second.start() == dsn
    with pytest.raises(EmbeddedPostgresError, match="started already"):
        second.start()
    first.stop()
    assert run_sql(dsn, "SELECT 1") == 1
    second.stop()
    assert not runs(used / "postgres")


def test_killed_user_leaves_a_server_that_the_next_one_picks_up(used: Path, start_user: StartUser) -> None:
    user = start_user(used)
    dsn = said(user)
    run_sql(dsn, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    server = postmaster_pid(used / "postgres")
    user.kill()
    user.wait()
    with EmbeddedPostgres(used, durable=False) as again:
        assert again == dsn
        assert postmaster_pid(used / "postgres") == server
        assert run_sql(again, "SELECT n FROM kept") == 7
    assert not runs(used / "postgres")


def test_killed_server_is_started_again_over_its_stale_process_id(used: Path) -> None:
    postgres = EmbeddedPostgres(used)
    dsn = postgres.start()
    run_sql(dsn, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    killed = postmaster_pid(used / "postgres")
    os.kill(killed, signal.SIGKILL)
    # at once: its children may still hold the shared memory
    with EmbeddedPostgres(used) as again:
        assert postmaster_pid(used / "postgres") != killed
        assert run_sql(again, "SELECT n FROM kept") == 7
        postgres.stop()
        assert run_sql(again, "SELECT n FROM kept") == 7
    assert not runs(used / "postgres")


@pytest.mark.parametrize("stranger", ["a live process of ours", "an id that was never written whole"])
def test_stale_process_id_of_a_stranger_does_not_hinder_a_start(used: Path, stranger: str) -> None:
    with EmbeddedPostgres(used, durable=False):
        left = (used / "postgres" / "postmaster.pid").read_text().split("\n")
    # the same user as the server, so that PostgreSQL by itself would take it for one
    owner = (used / "postgres").stat()
    command = ["sleep", "60"]
    with subprocess.Popen(command, user=owner.st_uid if os.geteuid() == 0 else None) as sleeper:
        left[0] = str(sleeper.pid) if stranger == "a live process of ours" else "12x"
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            path = used / "postgres" / name
            path.write_text("\n".join(left))
            os.chown(path, owner.st_uid, owner.st_gid)
            path.chmod(0o600)
        with EmbeddedPostgres(used, durable=False) as dsn:
            assert run_sql(dsn, "SELECT 1") == 1
        assert sleeper.poll() is None
        sleeper.kill()


def test_ctrl_c_reaches_the_process_and_not_its_server(used: Path, start_user: StartUser) -> None:
    user = start_user(used)
    dsn = said(user)
    os.killpg(user.pid, signal.SIGINT)  # what a terminal does: the whole foreground group
    assert said(user) == "interrupted"
    assert run_sql(dsn, "SELECT 1") == 1
    assert user.communicate()[0].endswith("stopped\n")
    assert not runs(used / "postgres")


def test_ctrl_c_during_a_start_leaves_nothing_running(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        assert runs(used / "postgres")
        raise KeyboardInterrupt

    postgres = EmbeddedPostgres(used, durable=False)
    with monkeypatch.context() as patch:
        patch.setattr(embedded_postgres, "_make_database", interrupt)
        with pytest.raises(KeyboardInterrupt):
            postgres.start()
    assert not runs(used / "postgres")
    with postgres as dsn:
        assert run_sql(dsn, "SELECT 1") == 1


def test_half_initialised_cluster_is_thrown_away(ground: Path) -> None:
    half = ground / ".postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(ground, durable=False) as dsn:
        assert run_sql(dsn, "SELECT 1") == 1
    assert not half.exists()


def test_server_that_does_not_start_tells_why_and_holds_nothing(used: Path) -> None:
    with EmbeddedPostgres(used, durable=False):
        pass
    settings = used / "postgres" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "\nno_such_setting = 1\n")
    postgres = EmbeddedPostgres(used, durable=False)
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        postgres.start()
    settings.write_text(good)
    with postgres as dsn:
        assert run_sql(dsn, "SELECT 1") == 1
