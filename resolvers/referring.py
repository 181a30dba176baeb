"""Answers about referrals: one's code, who came by it, and rewards taken back."""

from domain.authorization import permit
from resolvers import ids
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.referring import (
    CreateReferralCodeInput,
    CreateReferralCodePayload,
    Referral,
    ReverseReferralInput,
    ReverseReferralPayload,
)
from schema.scalars import Amount
from services import referral_reversals, referrals
from services.referrals import ReferralRow


class ReferringViewer(Operation):
    """Answers what is asked about the viewer's referrals."""

    @telling
    async def viewer_referral_code(self) -> str | None:
        """Find the caller's code."""
        return await referrals.referral_code_of_viewer(self.runtime, self.principal)

    @telling
    async def viewer_referrals(self) -> list[Referral]:
        """Find who came by the caller's code."""
        return [_view(row) for row in await referrals.referrals_of_viewer(self.runtime, self.principal)]


class ReferringMutations(Operation):
    """Answers the mutations about referrals."""

    @telling
    async def create_referral_code(self, asked: CreateReferralCodeInput) -> CreateReferralCodePayload:
        """Make the caller's code."""
        permit(self.principal, "Mutation.createReferralCode")
        done = await referrals.create_referral_code(self.runtime, self.principal, asked.idempotency_key)
        refused = done.result.refused
        errors = [refusal_view(self.catalog, refused)] if refused else []
        return CreateReferralCodePayload(code=done.result.code, replayed=done.replayed, errors=errors)

    @telling
    async def reverse_referral(self, asked: ReverseReferralInput) -> ReverseReferralPayload:
        """Take back what somebody was given for a referral."""
        permit(self.principal, "Mutation.reverseReferral")
        done = await referral_reversals.reverse_referral(
            self.runtime,
            self.principal,
            ids.read(ids.REFERRAL, asked.referral_id),
            asked.reason,
            asked.idempotency_key,
        )
        taken_back, refused = done.result.taken_back, done.result.refused
        return ReverseReferralPayload(
            referral_id=None if refused else asked.referral_id,
            credits_taken_back=None if taken_back is None else Amount(taken_back),
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, refused)] if refused else [],
        )


def _view(row: ReferralRow) -> Referral:
    return Referral(
        id=ids.write(ids.REFERRAL, row.id),
        at=row.at,
        state=row.state,
        credits_given=Amount(row.given),
        credits_taken_back=Amount(row.taken_back),
        reversed_at=row.reversed_at,
    )
