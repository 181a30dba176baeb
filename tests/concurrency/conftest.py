"""For races: real commits on connections that share nothing but the database, never wrapped in a rollback."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from domain.catalog import Catalog
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.runtime import catalog, clock, open_process, runtime

__all__ = ["catalog", "clock", "processes", "runtime"]

PROCESSES = 3


@pytest.fixture
async def processes(dsn: str, catalog: Catalog, clock: TestClock) -> AsyncIterator[list[Runtime]]:
    """Runtimes with pools and posters of their own; they share the database, and the test's clock."""
    async with AsyncExitStack() as stack:
        opening = (open_process(dsn, catalog, clock) for _ in range(PROCESSES))
        yield [await stack.enter_async_context(process) for process in opening]
