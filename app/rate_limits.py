"""Rate limits by address: for strangers who try out tokens, and who come in as guests again and again (A1).

They protect this process, so they are kept in its memory, which they cannot grow: of more addresses than are kept, the
one that was heard of longest ago is forgotten. `limits` counts, on a storage of ours: its own has
a thread and no bound.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from domain.errors import RateLimited
from domain.rates import Rate
from domain.traits import normal_address
from services.posting import Clock

ADDRESSES_MAX = 20_000
WRONG_CREDENTIALS_MAX = "100 per minute"
"""Generous, for an office behind one address whose sessions have expired; 256 bits are not guessed at this pace."""
GUESTS_STARTED_MAX = "60 per hour"

_WRONG, _GUEST = "wrong", "guest"


class BoundedStorage(Storage):
    """Counters of windows, of which the one that was used least recently makes room. Under the process's clock."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, counters_max: int) -> None:
        super().__init__()
        self._clock = clock
        self._counters_max = counters_max
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counters)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing of it can fail."""
        return ArithmeticError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window that begins with the first one in it; return the count."""
        count, ends_at = self._counter(key) or (0, self._now + expiry)
        self._counters[key] = count + amount, ends_at
        self._counters.move_to_end(key)
        if len(self._counters) > self._counters_max:
            self._counters.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """Look up a count."""
        counter = self._counter(key)
        return counter[0] if counter else 0

    def get_expiry(self, key: str) -> float:
        """Look up when a window ends, in seconds of the epoch."""
        counter = self._counter(key)
        return counter[1] if counter else self._now

    def check(self) -> bool:
        """Tell that it works."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        count = len(self._counters)
        self._counters.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget a count."""
        self._counters.pop(key, None)

    @property
    def _now(self) -> float:
        now: datetime = self._clock()
        return now.timestamp()

    def _counter(self, key: str) -> tuple[int, float] | None:
        counter = self._counters.get(key)
        return counter if counter and self._now < counter[1] else None


class AddressLimits:
    """What one address may do. Who has no address, as on a unix socket without a proxy's word, is not limited."""

    def __init__(
        self,
        clock: Clock,
        *,
        wrong_max: str = WRONG_CREDENTIALS_MAX,
        guests_max: str = GUESTS_STARTED_MAX,
        addresses_max: int = ADDRESSES_MAX,
    ) -> None:
        self._clock = clock
        self.storage = BoundedStorage(clock, addresses_max)
        self._limiter = FixedWindowRateLimiter(self.storage)
        self._wrong_max = parse(wrong_max)
        self._guests_max = parse(guests_max)

    def check(self, address: str | None) -> None:
        """See that an address may show a credential.

        Raises:
            RateLimited: too many from there did not hold.
        """
        if address and not self._limiter.test(self._wrong_max, _WRONG, _key(address)):
            raise self._refused(
                "Too many credentials from your address did not hold.", self._wrong_max, _WRONG, address
            )

    def failed(self, address: str | None) -> None:
        """Note that a credential did not hold."""
        if address:
            self._limiter.hit(self._wrong_max, _WRONG, _key(address))

    def admit_guest(self, address: str | None) -> None:
        """Let one more guest in.

        Raises:
            RateLimited: too many came from there.
        """
        if address and not self._limiter.hit(self._guests_max, _GUEST, _key(address)):
            raise self._refused(
                "Too many guests came from your address. Sign up instead.", self._guests_max, _GUEST, address
            )

    def _refused(self, message: str, limit: RateLimitItem, what: str, address: str) -> RateLimited:
        ends_at = self._limiter.get_window_stats(limit, what, _key(address)).reset_time
        return RateLimited(message, max(1, ceil(ends_at - self._clock().timestamp())))


@dataclass(slots=True)
class AddressGate:
    """The gate of one address, and of the requests that came through it."""

    limits: AddressLimits
    address: str | None
    rate: Rate | None = None
    """What is left to the caller since their last operation (D7); None: they are not limited."""

    def admit_guest(self) -> None:
        """Let one more guest in.

        Raises:
            RateLimited: too many came from there.
        """
        self.limits.admit_guest(self.address)


def _key(address: str) -> str:
    """Write an address as one household has it; what is none counts as it is."""
    return normal_address(address) or address
