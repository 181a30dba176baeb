"""What every section is given."""

from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from benchmarks.cluster import fresh_database
from benchmarks.scale import Scale


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: how much is measured, where the databases are, and where progress is shown."""

    scale: Scale
    dsn: str
    folder: Path
    """For scripts and logs; removed at the end."""
    progress: Progress

    async def database(self, name: str) -> str:
        """Make an empty, migrated database for a section; return its DSN."""
        return await fresh_database(self.dsn, f"bench_{name}")
