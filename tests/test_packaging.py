"""What is installed and pinned: nothing shadows our packages, everything is hashed, no address of an index."""

import importlib.util
import json
import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

OURS = frozenset(
    (
        "app",
        "benchmarks",
        "catalog",
        "domain",
        "examples",
        "execution",
        "feed",
        "migrations",
        "models",
        "resolvers",
        "schema",
        "services",
        "tests",
        "web",
    )
)
LOCKS = ("requirements.txt", "requirements-dev.txt")


def test_no_installed_package_shadows_ours() -> None:
    """Site-packages come before the project on the path: a dependency's top-level ``schema`` would win."""
    shadows = set()
    for distribution in metadata.distributions():
        if distribution.name == "allotment":
            continue
        declared = (distribution.read_text("top_level.txt") or "").split()
        files = [file.parts[0] for file in distribution.files or [] if file.suffix in {".py", ".so", ".pyd"}]
        tops = {name.partition(".")[0] for name in [*declared, *files]}
        shadows |= {(distribution.name, name) for name in tops & OURS}
    assert shadows == set()


@pytest.mark.parametrize("name", sorted(name for name in OURS if (ROOT / name / "__init__.py").exists()))
def test_our_packages_come_from_this_folder(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed_and_from_no_index_of_ours(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().replace("\\\n", "").splitlines() if not is_comment(line)]
    assert len(lines) > 10
    for line in lines:
        assert re.match(r"[a-z0-9][a-z0-9-]*(\[[a-z0-9,-]+\])?==[0-9][^ ]* ", line), line
        assert re.search(r" --hash=sha256:[0-9a-f]{64}( |$)", line), line
        assert "://" not in line
        assert " @ " not in line


def is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def test_development_pins_what_production_pins() -> None:
    pins = [dict(re.findall(r"(?m)^([a-z0-9-]+)(?:\[.*\])?==([^ ]+)", (ROOT / name).read_text())) for name in LOCKS]
    assert pins[0].items() <= pins[1].items()


def test_javascript_lock_has_hashes_and_no_addresses() -> None:
    path = ROOT / "web" / "package-lock.json"
    if not path.exists():
        pytest.skip("there is no JavaScript here")
    packages: dict[str, dict[str, object]] = json.loads(path.read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name
