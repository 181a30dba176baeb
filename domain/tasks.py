"""Tasks: usage in two steps, with a hold between them (F4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.grants import Draw
from domain.pricing import PriceRule
from domain.usage import Usage


class TaskStatus(StrEnum):
    """A task is RUNNING until it resolves, at most once, into one of the others."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


@dataclass(frozen=True, slots=True)
class Task:
    """`usage.quantity` is the estimate; `held` thousandths are set aside on `draws`, in the order of draws.

    The price rule is the one of the start: a change of prices never surprises a task that runs.
    """

    id: UUID
    usage: Usage
    rule: PriceRule
    held: int
    draws: tuple[Draw, ...]
    started_at: datetime
    expires_at: datetime
    status: TaskStatus = TaskStatus.RUNNING
    resolved_at: datetime | None = None
