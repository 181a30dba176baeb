"""Where root puts what the unprivileged user cannot reach in its proper place, such as data below /root.

The permissions of folders that are not ours stay as they are. A data folder whose cluster is elsewhere names it in
``postgres.location``; a cluster of tests (not durable) also names its data folder, and goes when that one is gone.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT_STATE = Path("/var/lib/allotment")

POINTER = "postgres.location"

_TEMPORARY = "temporary"


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used. The message says why, and what to do."""


def make_home(*, durable: bool = True) -> Path:
    """Make and return the folder for such things: everybody may enter, only root may list and write.

    Raises:
        EmbeddedPostgresError: it cannot be made.
    """
    home = ROOT_STATE if durable else ROOT_STATE / _TEMPORARY
    try:
        for folder in (ROOT_STATE, home):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o711)
    except OSError as error:
        raise EmbeddedPostgresError(f"{home} cannot be made: {error}. {use_another()}") from error
    return home


def read_pointer(data_dir: Path) -> Path | None:
    """The cluster elsewhere that belongs to this data folder; None when it has its cluster inside.

    Raises:
        OSError: the pointer cannot be read.
    """
    try:
        return Path((data_dir / POINTER).read_text(encoding="utf-8").rstrip("\n"))
    except FileNotFoundError:
        return None


def write_pointer(data_dir: Path, cluster: Path) -> None:
    """Say for good that this data folder's cluster is there."""
    aside = data_dir / f".{POINTER}.new"
    aside.write_text(f"{cluster}\n", encoding="utf-8")
    aside.replace(data_dir / POINTER)
    if cluster.parent.name == _TEMPORARY:
        cluster.with_suffix(".owner").write_text(f"{data_dir}\n", encoding="utf-8")  # last: now it can be forsaken


def forsaken_clusters() -> Iterator[Path]:
    """The clusters of tests whose data folder is gone; never one with durable data."""
    for owner in (ROOT_STATE / _TEMPORARY).glob("postgres-*.owner"):
        cluster = owner.with_suffix("")
        if read_pointer(Path(owner.read_text(encoding="utf-8").rstrip("\n"))) != cluster:
            yield cluster


def remove_forsaken(cluster: Path) -> None:
    """Remove a cluster whose server does not run."""
    shutil.rmtree(cluster, ignore_errors=True)
    cluster.with_suffix(".owner").unlink(missing_ok=True)


def use_another() -> str:
    """What to do where no embedded PostgreSQL can run."""
    return "Set DATABASE_URL to a PostgreSQL 15 or later, such as postgresql://user:password@host:5432/database"
