"""What verbs work with: one of each per process, passed in, never global."""

from dataclasses import dataclass

from domain.catalog import Catalog
from feed.broker import Broker
from feed.stream import Feed
from models.database import Database
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
