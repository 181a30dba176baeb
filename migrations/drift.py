"""Do the migrations say what the models say? Needs no database (`make check`, DESIGN.md §5).

aerich writes the migration that it would make now into a copy of the folder; anything that it writes is drift.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from aerich import Command

from migrations.upgrade import FOLDER
from models.database import TORTOISE_ORM


class OfflineCommand(Command):
    """aerich's commands without the database that it would connect to on entering."""

    def __init__(self, location: str) -> None:
        super().__init__(tortoise_config=TORTOISE_ORM, app="models", location=location)
        self._init_when_aenter = False


def drift() -> str:
    """Return the migration that is missing, or an empty string."""
    with tempfile.TemporaryDirectory() as copy:
        folder = Path(copy, "models")
        shutil.copytree(FOLDER / "models", folder)
        before = set(folder.iterdir())
        asyncio.run(_migrate(copy))
        missing = [path for path in sorted(folder.iterdir()) if path not in before and path.suffix == ".py"]
        return "\n".join(path.read_text().split("MODELS_STATE")[0] for path in missing)


async def _migrate(location: str) -> None:
    async with OfflineCommand(location) as command:
        await command.init(offline=True)
        await command.migrate("drift", empty=False, offline=True, no_input=True)


if __name__ == "__main__":
    text = drift()
    sys.stdout.write(f"{text}The models have changed: make migration name=…\n" if text else "Migrations are in step.\n")
    sys.exit(1 if text else 0)
