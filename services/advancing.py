"""Writing what is due in many wallets before they are read (F2, F10), without filling the poster's queue."""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from domain.commands import Advance
from services.poster import Overloaded
from services.posting import Posting
from services.runtime import Runtime

WALLETS_AT_ONCE_MAX = 256

_log = logging.getLogger(__name__)


async def advance(runtime: Runtime, wallet_ids: Sequence[UUID]) -> None:
    """Write what is due in wallets, 256 at a time, so that charges find their place between them.

    One in which it fails is logged and stays as it was, true at its last entry: it does not hide the others.

    Raises:
        Overloaded: too many commands wait.
    """
    for first in range(0, len(wallet_ids), WALLETS_AT_ONCE_MAX):
        some = wallet_ids[first : first + WALLETS_AT_ONCE_MAX]
        postings = (Posting(Advance(), id_) for id_ in some)
        results = await asyncio.gather(*map(runtime.poster.submit, postings), return_exceptions=True)
        for id_, result in zip(some, results, strict=True):
            if isinstance(result, Overloaded):
                raise result
            if isinstance(result, BaseException):
                _log.error("what is due in wallet %s could not be written", id_, exc_info=result)
