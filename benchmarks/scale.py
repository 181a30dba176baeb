"""How much is measured: all of it (at most six minutes on two cores), or a quick look (at most one)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of a run. A figure is the median of `rounds`; in each round every contestant has one leg."""

    rounds: int
    leg_s: float
    """How long a leg sends work, in seconds."""
    latency_leg_s: float = 0.5
    """The same for a single caller, and for the pages of the viewer."""
    wallets: int = 500
    callers: int = 256
    """Concurrent callers of `submit`."""
    rival_connections: int = 16
    """Connections, each with one caller, of what `submit` is compared with."""
    http_connections: int = 64
    feed_leg_s: float = 3.0
    feed_followers: int = 100
    """Wallets whose feed somebody follows while they are charged."""
    feed_rate_hz: int = 500
    """Charges a second while the latency of feeds is measured."""
    sockets: int = 1_000
    members: int = 10_000
    """Members of the organisation whose month turns over."""
    history_wallets: int = 515
    """Wallets with a month of usage behind them: ten million charges."""
    entries_per_socket: int = 40
    """Entries that each of them is sent in one burst."""


FULL = Scale(rounds=5, leg_s=1.5)
QUICK = Scale(
    rounds=2,
    leg_s=0.4,
    latency_leg_s=0.2,
    wallets=200,
    feed_leg_s=1.0,
    feed_followers=50,
    sockets=200,
    entries_per_socket=20,
    members=1_000,
    history_wallets=100,
)
