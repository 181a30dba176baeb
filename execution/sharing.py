"""One execution and one encoding per subscription event, however many clients ask the same (DESIGN §6)."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol, runtime_checkable


@runtime_checkable
class Shareable(Protocol):
    """An event whose encoded answers may be kept on it, by what determines them.

    The endpoint fills `shared`; it lives as long as the event. Only contexts that have a `share_key` which is
    not None take part: equal keys must mean equal rights.
    """

    shared: dict[Hashable, bytes]


class Sharing:
    """Answers of events, computed once per key even when several operations ask at the same time."""

    def __init__(self, payloads_per_event_max: int) -> None:
        self._payloads_max = payloads_per_event_max
        self._under_way: dict[tuple[int, Hashable], asyncio.Future[None]] = {}

    async def payload(self, event: object, key: Hashable, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        """The bytes for `event` under `key`; `compute` makes them where nobody has yet. None shares nothing."""
        shared = getattr(event, "shared", None) if key is not None else None
        if not isinstance(shared, dict):
            return await compute()
        place = (id(event), key)  # the caller holds the event, so its id is not given to another
        while True:
            known = shared.get(key)
            if isinstance(known, bytes):
                return known
            leader = self._under_way.get(place)
            if leader is None:
                break
            # wait() rather than await: a follower that is cancelled must not cancel what others wait for
            await asyncio.wait((leader,))
            if key not in shared and len(shared) >= self._payloads_max:
                return await compute()
        done = self._under_way[place] = asyncio.get_running_loop().create_future()
        try:
            payload = await compute()
            if len(shared) < self._payloads_max:
                shared[key] = payload
            return payload
        finally:
            del self._under_way[place]
            done.set_result(None)
