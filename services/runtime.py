"""What verbs work with: one of each per process, passed in, never global."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.catalog import Catalog
from domain.orders import PaymentMethod
from feed.broker import Broker
from feed.stream import Feed
from models.database import Database
from services.accepted import AcceptedCredentials
from services.accepted_terms import AcceptedTerms
from services.approved_clients import ApprovedClients
from services.keyed_hashes import KeyedHashes, hashes_of_this_process
from services.payment_providers import PaymentProvider, Seller
from services.plan_versions import PlanVersions
from services.poster import Poster
from services.posting import Clock


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything with a life of its own. `clock` reads the present; the catalog is the one of the process's start."""

    database: Database
    poster: Poster
    broker: Broker
    feed: Feed
    catalog: Catalog
    clock: Clock
    payments: Mapping[PaymentMethod, PaymentProvider] = field(default_factory=dict)
    seller: Seller = field(default_factory=Seller)
    client_secrets: KeyedHashes = field(default_factory=hashes_of_this_process)
    """What approved clients' secrets are derived from: the installation's, or one that ends with the process (C4)."""
    accepted: AcceptedCredentials = field(init=False)
    terms: AcceptedTerms = field(init=False)
    clients: ApprovedClients = field(init=False)
    plans: PlanVersions = field(init=False, default_factory=PlanVersions)

    def __post_init__(self) -> None:
        """Begin without any credential or acceptance remembered."""
        object.__setattr__(self, "accepted", AcceptedCredentials(self.broker))
        object.__setattr__(self, "terms", AcceptedTerms(self.broker))
        object.__setattr__(self, "clients", ApprovedClients(self.broker, self.catalog.clients))
