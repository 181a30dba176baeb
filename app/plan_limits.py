"""Rate limits by plan at the door: every operation of a person counts, over HTTP and on sockets (D7).

Answers over HTTP carry the fields of draft-ietf-httpapi-ratelimit-headers-10, `RateLimit-Policy` and `RateLimit`: the
policy "requests" with its quota and window in seconds, what remains of it, and in how many seconds it begins anew.
"""

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from domain.principals import Principal
from domain.rates import WINDOW_S, Rate
from execution import ClientError, Refused
from schema.scalars import write_datetime
from services.posting import Clock
from services.rates import Rates

POLICY_HEADER, RATE_HEADER = "RateLimit-Policy", "RateLimit"

_NONE: Mapping[str, str] = {}


class PlanLimits:
    """Counts operations."""

    def __init__(self, rates: Rates, clock: Clock) -> None:
        self._rates = rates
        self._clock = clock

    async def admit(self, principal: Principal) -> tuple[Rate | None, Mapping[str, str]]:
        """Let an operation in; return what is left to the caller, if they are limited, and the headers that say so.

        Raises:
            Refused: 429 RATE_LIMITED, with the same headers. It is not counted.
        """
        rate = await self._rates.count(principal)
        if rate is None:
            return None, _NONE
        left_s = _seconds_left(rate, self._clock())
        headers = {
            POLICY_HEADER: f'"requests";q={rate.limit};w={WINDOW_S}',
            RATE_HEADER: f'"requests";r={rate.remaining};t={left_s}',
        }
        if rate.admitted:
            return rate, headers
        error = ClientError(
            f"You have made the {rate.limit} requests that your plan allows in a minute; try again in {left_s} s.",
            "RATE_LIMITED",
            limit=rate.limit,
            remaining=0,
            resetsAt=write_datetime(rate.resets_at),
            retryAfter=left_s,
        )
        raise Refused([error], status=429, headers=headers)


def _seconds_left(rate: Rate, now: datetime) -> int:
    return max(1, ceil((rate.resets_at - now).total_seconds()))
