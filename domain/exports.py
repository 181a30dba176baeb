"""Exports of a person's data (A5): their states, and which progress is told."""

from enum import StrEnum

PROGRESS_TOLD = (0, 25, 50, 75, 100)
"""Percentages that are stored and told in the feed, each once: an archive of any size costs five entries there."""


class ExportState(StrEnum):
    """QUEUED and RUNNING end in READY or FAILED; a READY one is EXPIRED once its parts are deleted."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


def progress_told(done: int, total: int) -> int:
    """Give the greatest percentage to be told after `done` of `total` rows; 100 is told when the archive is stored."""
    percent = 100 * done // total if total else 0
    return max(told for told in PROGRESS_TOLD if told <= percent and told < PROGRESS_TOLD[-1])
