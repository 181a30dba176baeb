"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Where every test begins: an ordinary noon, UTC."""


class TestClock:
    """Read by calling it; moved by `advance`, or by setting `now`."""

    __test__: ClassVar[bool] = False  # a clock, not a class of tests

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> datetime:
        self.now += by
        return self.now
