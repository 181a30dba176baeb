"""For tests of services: a runtime on this test's own database."""

from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]
