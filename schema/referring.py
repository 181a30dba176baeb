"""Referrals: one's code, who came by it, and rewards taken back (D4)."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from domain.referrals import ReferralState
from schema.enums import show
from schema.fields import field, mutation
from schema.refusals import Refusal
from schema.scalars import Amount
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD

show(
    ReferralState,
    "ReferralState",
    "How a referral stands.",
    {
        ReferralState.SIGNED_UP: "They signed up, and have not paid anything yet.",
        ReferralState.PAID: "They have paid for something, too. All rewards are given.",
        ReferralState.REJECTED: "It does not count: nothing was given, and nothing will be.",
        ReferralState.REVERSED: "What was given was taken back. Nothing more will be given.",
    },
)


@strawberry.type(description="Somebody who signed up with the viewer's code. Who that is, nobody is told.")
class Referral:
    """A referral, as its referrer sees it."""

    id: strawberry.ID = strawberry.field(description="The referral: `rfl_…`. Name it when you ask about it.")
    at: datetime = strawberry.field(description="When they signed up.")
    state: ReferralState = strawberry.field(description="How it stands.")
    credits_given: Amount = strawberry.field(
        description="What the viewer was given for it so far, in the unit of the credits' meter."
    )
    credits_taken_back: Amount = strawberry.field(
        description="What was taken back of that, in the same unit: what was left of it when it was reversed."
    )
    reversed_at: datetime | None = strawberry.field(description="When it was reversed; null: it was not.")


@strawberry.input(description="Nothing but the key.")
class CreateReferralCodeInput:
    """Input of `Mutation.createReferralCode`."""

    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `createReferralCode`: the code, or refusals.")
class CreateReferralCodePayload:
    """Payload of `Mutation.createReferralCode`."""

    code: str | None = strawberry.field(
        description="The viewer's code, such as `7K2MQ9XD`: what `/sign-in?referral=…` takes. Null: refused."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which referral is reversed, and why.")
class ReverseReferralInput:
    """Input of `Mutation.reverseReferral`."""

    referral_id: strawberry.ID = strawberry.field(description="The referral: `rfl_…`.")
    reason: str = strawberry.field(
        description="Why, in 1 to 500 printable characters. It is recorded for good, so it should name nobody."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `reverseReferral`: what was taken back, or refusals.")
class ReverseReferralPayload:
    """Payload of `Mutation.reverseReferral`."""

    referral_id: strawberry.ID | None = strawberry.field(description="The referral; null: refused.")
    credits_taken_back: Amount | None = strawberry.field(
        description="What was left of the rewards, and was taken back, in the credit meter's unit; null: refused."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class Asked(Protocol):
    """What the viewer's referrals are asked from."""

    async def viewer_referral_code(self) -> str | None:
        """Find the caller's code."""

    async def viewer_referrals(self) -> list[Referral]:
        """Find who came by the caller's code."""


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def create_referral_code(self, asked: CreateReferralCodeInput) -> CreateReferralCodePayload:
        """Make the caller's code."""

    async def reverse_referral(self, asked: ReverseReferralInput) -> ReverseReferralPayload:
        """Take back what somebody was given for a referral."""


ViewerInfo = strawberry.Info[Asked, None]
Info = strawberry.Info[MutationsAsked, None]


@strawberry.type
class ReferringViewer:
    """Part of the viewer."""

    @field
    async def referral_code(self, info: ViewerInfo) -> str | None:
        """The person's referral code; null: they have not made one (`createReferralCode`), or the caller is none."""
        return await info.context.viewer_referral_code()

    @field
    async def referrals(self, info: ViewerInfo) -> list[Referral]:
        """Who signed up with the person's code, the newest first: at most 100. Empty for others."""
        return await info.context.viewer_referrals()


@strawberry.type
class ReferringMutations:
    """Part of the root of mutations."""

    @mutation
    async def create_referral_code(
        self,
        info: Info,
        asked: Annotated[
            CreateReferralCodeInput, strawberry.argument(name="input", description="Nothing but the key.")
        ],
    ) -> CreateReferralCodePayload:
        """Makes the viewer's referral code; who has one gets that one.

        For registered people. Whoever opens an account with it earns the viewer credits: once for signing up, once for
        paying for the first time. An account of the same person earns nothing.
        """
        return await info.context.create_referral_code(asked)

    @mutation
    async def reverse_referral(
        self,
        info: Info,
        asked: Annotated[ReverseReferralInput, strawberry.argument(name="input", description="Which one, and why.")],
    ) -> ReverseReferralPayload:
        """Takes back what is left of what somebody was given for a referral, after a refund or abuse.

        For operators. The referrer is told, and is given nothing more for it. Refused where nothing was given, or it
        was taken back before (`REFERRAL_CLOSED`).
        """
        return await info.context.reverse_referral(asked)
