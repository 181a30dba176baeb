"""API keys, and the members who make them."""

from dataclasses import dataclass
from uuid import UUID

from domain.principals import Principal
from services.api_keys import NewKey, create_key
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.wallets import WalletRef, make_wallet

CODING_PLAN = "plus"
"""A plan of the shipped catalog with the coding benefit."""


@dataclass(frozen=True, slots=True)
class Coder:
    """A member with the coding benefit."""

    wallet: WalletRef
    principal: Principal


@dataclass(frozen=True, slots=True)
class MadeKey:
    """An API key with its text."""

    id: UUID
    text: str


async def make_coder(runtime: Runtime, *, plan: str | None = CODING_PLAN) -> Coder:
    wallet = await make_wallet(runtime, plan=plan)
    return Coder(wallet, await make_user(runtime, wallet.person_id))


async def make_api_key(
    runtime: Runtime,
    coder: Coder,
    name: str = "Laptop",
    *,
    expires_in_days: int | None = None,
    scopes: tuple[str, ...] = (),
) -> MadeKey:
    """A new key of somebody."""
    done = await create_key(runtime, coder.principal, NewKey(name, expires_in_days, scopes), f"make {name}")
    assert done.key, done.refused
    assert done.secret
    return MadeKey(done.key.id, done.secret)
