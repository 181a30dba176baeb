"""For races: real commits on connections that share nothing but the database, never wrapped in a rollback."""

from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]
