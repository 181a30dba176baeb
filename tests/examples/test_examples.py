"""The examples do what they say, against a running server."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.serving import ROOT, Server, allot, environment, own_database
from tests.http.calling import Json

EXAMPLES = ROOT / "examples"
EXAMPLE_S_MAX = 60


@pytest.fixture(scope="module")
def server(template_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_database(template_dsn) as dsn, Server(tmp_path_factory.mktemp("examples"), DATABASE_URL=dsn) as started:
        yield started


@pytest.fixture(scope="module")
def demo(server: Server) -> Json:
    """What `allot demo --json` prints."""
    printed = allot("demo", "--json", **server.settings)
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def start(server: Server, demo: Json, token: str, *command: str) -> "subprocess.Popen[str]":
    wallet = demo["people"][0]["wallets"][0]
    variables = {
        "ALLOT_URL": server.url,
        "ALLOT_TOKEN": token,
        "ALLOT_WALLET": wallet["walletId"],
        "ALLOT_WORKSPACE": wallet["workspaceId"],
    }
    return subprocess.Popen(
        command, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    output, _ = process.communicate(timeout=EXAMPLE_S_MAX)
    return process.returncode, output


def report(server: Server, demo: Json, *arguments: str) -> tuple[int, str]:
    script = str(EXAMPLES / "report_usage.py")
    return ended(start(server, demo, demo["service"]["token"], sys.executable, script, *arguments))


def test_f5_reporting_twice_with_one_key_charges_once(server: Server, demo: Json) -> None:
    first, again = (report(server, demo, "--key", "example-1") for _ in range(2))
    assert (first[0], again[0]) == (0, 0), (first[1], again[1])
    status, _ = report(server, demo, "--product", "coding-request", "--quantity", "100", "--count", "2")
    assert status == 3  # the window's limit


def test_f8_the_python_follower_resumes_behind_its_cursor(server: Server, demo: Json, tmp_path: Path) -> None:
    ada, cursor = demo["people"][0]["token"], str(tmp_path / "cursor")
    command = (sys.executable, str(EXAMPLES / "follow_feed.py"), "--cursor-file", cursor)
    status, output = ended(start(server, demo, ada, *command, "--count", "1"))
    assert status == 0, output
    for number in (1, 2):
        assert report(server, demo, "--key", f"resumed-{number}")[0] == 0
    status, output = ended(start(server, demo, ada, *command, "--count", "2"))
    assert status == 0, output
    assert output.count("CONSUME") == 2


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_f8_the_javascript_follower_begins_with_a_snapshot(server: Server, demo: Json) -> None:
    command = ("node", str(EXAMPLES / "follow_feed.mjs"), "--count", "1")
    status, output = ended(start(server, demo, demo["people"][0]["token"], *command))
    assert status == 0, output
