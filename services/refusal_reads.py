"""Reading refusals: what a wallet was refused within the last days (F7, F12, C5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from domain.principals import Principal
from domain.refusals import Refusal
from services.keyset import Keyset, ListOf, Page, Place, Window, place_at
from services.reads import visible_to, wallet_is_visible
from services.runtime import Runtime

_REFUSAL = msgspec.json.Decoder(Refusal)


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A recorded refusal, at `at`, when the wallet's last entry was `last_entry`."""

    id: UUID
    wallet_id: UUID
    at: datetime
    last_entry: int
    refusal: Refusal

    @property
    def place(self) -> Place:
        """Where it stands among its wallet's."""
        return place_at(self.at, self.id)


_VISIBLE = wallet_is_visible("w")
_COLUMNS = "r.id, r.wallet_id, r.at, r.last_entry, r.body"

_OF_WALLET = Keyset(
    "refusals r",
    where=f"""r.wallet_id = $1 AND r.at > $5
        AND EXISTS (SELECT FROM wallets w WHERE w.id = r.wallet_id AND {_VISIBLE})""",
    arguments=5,
    rank="at",
    descending=True,
    columns=_COLUMNS,
)
_ONE = f"""
SELECT {_COLUMNS} FROM refusals r JOIN wallets w ON w.id = r.wallet_id
WHERE r.id = $1 AND r.at > $5 AND {_VISIBLE}
"""  # noqa: S608  (constant text)


def refusals_of(wallet_id: UUID) -> ListOf:
    """Name the list of a wallet's refusals."""
    return ListOf("refusals", wallet_id)


async def refusals_page(runtime: Runtime, principal: Principal, wallet_id: UUID, window: Window) -> Page[RefusalRow]:
    """Load a page of what a wallet was refused, the newest first; in one statement."""
    arguments = (wallet_id, *visible_to(runtime, principal), _since(runtime))
    return (await _OF_WALLET.page(runtime.database.pool, window, *arguments)).map(_row)


async def refusal(runtime: Runtime, principal: Principal, id_: UUID) -> RefusalRow | None:
    """Load a refusal; None: there is none for this caller, or none any more."""
    row = await runtime.database.pool.fetchrow(_ONE, id_, *visible_to(runtime, principal), _since(runtime))
    return _row(row) if row else None


def _since(runtime: Runtime) -> datetime:
    return runtime.clock() - timedelta(days=runtime.catalog.policies.refusal_retention_days)


def _row(record: asyncpg.Record) -> RefusalRow:
    return RefusalRow(
        record["id"], record["wallet_id"], record["at"], record["last_entry"], _REFUSAL.decode(record["body"])
    )
