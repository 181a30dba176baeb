"""An operation: who calls, on what runtime, and what was loaded for it so far."""

from domain.catalog import Catalog
from domain.principals import Principal
from resolvers.loaders import Loaders
from services.runtime import Runtime


class Operation:
    """What answers work with. One for each operation, a subscription's events included."""

    def __init__(self, runtime: Runtime, principal: Principal) -> None:
        self.runtime = runtime
        self.principal = principal
        self.loaders = Loaders(runtime, principal)

    @property
    def catalog(self) -> Catalog:
        """The catalog of this process."""
        return self.runtime.catalog
