"""Reads of credits by kind, for the graph's loaders (D2): one statement, whatever the number of wallets."""

from collections.abc import Collection
from uuid import UUID

from domain.credits import CreditsOfKind, credits_by_kind
from domain.grants import Grant, GrantKind
from domain.meters import Pool
from domain.principals import Principal
from services.reads import visible_to, wallet_is_visible
from services.runtime import Runtime

_OPEN = f"""
SELECT g.wallet_id, g.number, g.meter, g.pool, g.kind, g.starts_at, g.ends_at, g.granted, g.remaining, g.held, g.ended
FROM grants g JOIN wallets w ON w.id = g.wallet_id
WHERE g.wallet_id = ANY ($1::uuid[]) AND NOT g.closed AND g.pool = 'MAIN' AND {wallet_is_visible("w")}
"""  # noqa: S608  (constant text)


async def credits_of(
    runtime: Runtime, principal: Principal, wallet_ids: Collection[UUID]
) -> dict[UUID, tuple[CreditsOfKind, ...]]:
    """Sum up what is open in wallets that the caller may see, by meter and kind, at this instant."""
    rows = await runtime.database.pool.fetch(_OPEN, list(wallet_ids), *visible_to(runtime, principal))
    found: dict[UUID, list[Grant]] = {}
    for row in rows:
        grant = Grant(
            number=row["number"],
            meter=row["meter"],
            pool=Pool(row["pool"]),
            kind=GrantKind(row["kind"]),
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            granted=row["granted"],
            remaining=row["remaining"],
            held=row["held"],
            ended=row["ended"],
        )
        found.setdefault(row["wallet_id"], []).append(grant)
    now = runtime.clock()
    return {wallet_id: credits_by_kind(grants, now) for wallet_id, grants in found.items()}
