"""Views of wallets, and their past."""

from datetime import datetime
from uuid import UUID

from domain.catalog import Catalog
from domain.errors import InvalidInput
from resolvers import ids
from resolvers.balances import balance_view
from resolvers.benefits import benefits_view
from resolvers.operation import Operation
from schema.balances import Balance
from schema.wallets import Wallet
from services.reads import WalletRow


def wallet_view(catalog: Catalog, row: WalletRow) -> Wallet:
    """Show a wallet."""
    balance = balance_view(catalog, row.id, row.last_entry, row.at, row.balances, allowances=row.allowances)
    return Wallet(
        id=ids.write(ids.WALLET, row.id),
        uuid=row.id,
        workspace_id=row.workspace_id,
        person_id=row.person_id,
        last_entry=row.last_entry,
        quotas=balance.quotas,
        credits=balance.credits,
        benefits=benefits_view(row.benefits),
        sources=frozenset(allowance.source for allowance in row.allowances.values()),
    )


async def wallet(operation: Operation, id_: UUID) -> Wallet | None:
    """Load a wallet."""
    row = await operation.loaders.wallets.load(id_)
    return wallet_view(operation.catalog, row) if row else None


async def find_wallet(operation: Operation, id_: str) -> Wallet | None:
    """Find a wallet by its id."""
    uuid = ids.read(ids.WALLET, id_)
    return await wallet(operation, uuid) if uuid else None


async def balance(operation: Operation, of: Wallet, at: datetime | None, number: int | None) -> Balance:
    """Find a wallet's figures at an instant, after an entry, or now, which is what the wallet itself shows.

    Raises:
        InvalidInput: names the argument.
    """
    if at is None and number is None:
        now = operation.runtime.clock()
        return Balance(as_of_entry=of.last_entry, at=now, quotas=of.quotas, credits=of.credits)
    row = await operation.loaders.balance(of.uuid, at, number)
    if row is None:
        raise InvalidInput(("entry",), "must be the number of one of the wallet's entries")
    return balance_view(operation.catalog, of.uuid, row.number, row.at, row.balances, allowances=row.allowances)
