"""An operation: who calls, on what runtime, and what was loaded for it so far."""

from typing import Protocol

from domain.catalog import Catalog
from domain.principals import Principal
from domain.rates import Rate
from resolvers.loaders import Loaders
from services.runtime import Runtime


class Gate(Protocol):
    """Knows where the caller comes from, and counts what nobody may do without end."""

    @property
    def rate(self) -> Rate | None:
        """What is left to the caller by their plan (D7); None: they are not limited."""

    def admit_guest(self) -> None:
        """Let one more guest in from the caller's address.

        Raises:
            RateLimited: too many came from there.
        """


class OpenGate:
    """Admits everybody: where nobody comes from outside."""

    rate: Rate | None = None

    def admit_guest(self) -> None:
        """Let them in."""


class Operation:
    """What answers work with. One for each operation, a subscription's events included."""

    def __init__(self, runtime: Runtime, principal: Principal, gate: Gate | None = None) -> None:
        self.runtime = runtime
        self.gate = gate or OpenGate()
        self.principal = principal
        self.loaders = Loaders(runtime, principal)
        self.has_acted = principal.person_id is None

    async def act(self) -> None:
        """Let the caller act for the first time: whoever goes on using the product accepts the terms in force (A6)."""
        person_id, self.has_acted = self.principal.person_id, True
        if person_id is not None:
            await self.runtime.terms.accept(self.runtime.database, person_id, self.runtime.clock())

    @property
    def catalog(self) -> Catalog:
        """The catalog of this process."""
        return self.runtime.catalog
