"""Referrers with a code, and people who come by it."""

from dataclasses import dataclass
from uuid import UUID

from domain.principals import Caller, Principal
from services.referrals import ReferralRow, create_referral_code, referrals_of_viewer
from services.runtime import Runtime
from services.signing_in import SignedIn
from tests.factories.sign_ins import assertion, signed_in

_WALLET = """
SELECT w.id FROM workspaces s JOIN wallets w ON w.workspace_id = s.id WHERE s.owner_id = $1
"""
_GIVEN = """
SELECT g.source, g.granted, g.remaining, g.lapsed FROM grants g
WHERE g.wallet_id = $1 AND g.kind = 'REFERRAL' ORDER BY g.number
"""


@dataclass(frozen=True, slots=True)
class Referrer:
    """A registered person with a code."""

    person_id: UUID
    wallet_id: UUID
    code: str

    @property
    def principal(self) -> Principal:
        return Principal(Caller.USER, self.person_id)

    async def listed(self, runtime: Runtime) -> list[ReferralRow]:
        """Who came by the code, as the referrer sees it."""
        return await referrals_of_viewer(runtime, self.principal)

    async def given(self, runtime: Runtime) -> list[int]:
        """The amounts of all rewards, in thousandths, in their order."""
        return [row["granted"] for row in await runtime.database.pool.fetch(_GIVEN, self.wallet_id)]

    async def left(self, runtime: Runtime) -> list[int]:
        """What remains of each."""
        return [row["remaining"] for row in await runtime.database.pool.fetch(_GIVEN, self.wallet_id)]


async def make_referrer(
    runtime: Runtime, name: str = "ada", *, address: str | None = None, device_id: str | None = None
) -> Referrer:
    """Somebody who signed up and made a code."""
    came = await signed_in(
        runtime, assertion(f"referrer-{name}", f"{name}@referrers.example"), address=address, device_id=device_id
    )
    made = await create_referral_code(runtime, Principal(Caller.USER, came.person_id), "code")
    assert made.result.code
    return Referrer(came.person_id, await personal_wallet(runtime, came.person_id), made.result.code)


async def come_by(runtime: Runtime, code: str, name: str = "bo", *, address: str | None = None) -> SignedIn:
    """Somebody who signs up, or in, with a code."""
    return await signed_in(runtime, assertion(name, f"{name}@example.org"), address=address, referral_code=code)


async def personal_wallet(runtime: Runtime, person_id: UUID) -> UUID:
    wallet: UUID = await runtime.database.pool.fetchval(_WALLET, person_id)
    return wallet
