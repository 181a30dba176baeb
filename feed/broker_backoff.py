"""How long to pause before the next attempt to reach a broker's server."""

import random

PAUSE_MIN_S = 0.05
PAUSE_MAX_S = 5.0
_DOUBLINGS_MAX = 10  # 0.05 s doubled ten times is past PAUSE_MAX_S; more would only overflow


def pause_s(failures: int) -> float:
    """Seconds to pause after so many failures in a row, between `PAUSE_MIN_S` and `PAUSE_MAX_S`.

    The range doubles with each failure and the pause is drawn from all of it, so that the processes
    which lost one database together do not come back to it together.
    """
    longest_s = min(PAUSE_MAX_S, PAUSE_MIN_S * 2 ** min(failures, _DOUBLINGS_MAX))
    return random.uniform(PAUSE_MIN_S, longest_s)  # noqa: S311 - spreads load; no secret depends on it
