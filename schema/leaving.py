"""Leaving organizations: removing members, leaving by oneself, administration handed over (B3, B7)."""

from datetime import datetime
from typing import Annotated, Protocol

import strawberry

from schema.fields import mutation
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD

_ORGANIZATION_TOLD = "The organization: `org_…`."
_RECORDED_TOLD = "It is recorded for good, so it should name nobody."


@strawberry.input(description="Who is to be removed from which organization.")
class RemoveMemberInput:
    """Input of `Mutation.removeMember`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    member_id: strawberry.ID = strawberry.field(description="The member: `mem_…`.")
    reason: str | None = strawberry.field(
        default=None, description=f"Why, in 1 to 500 printable characters; null: it is not said. {_RECORDED_TOLD}"
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `removeMember`: who was removed, or refusals.")
class RemoveMemberPayload:
    """Payload of `Mutation.removeMember`."""

    member_id: strawberry.ID | None = strawberry.field(description="The former member: `mem_…`; null: refused.")
    person_id: strawberry.ID | None = strawberry.field(description="Who that is: `per_…`; null: refused.")
    seat_releases_at: datetime | None = strawberry.field(
        description=(
            "The next monthly settlement. Until then their seat is PENDING_RELEASE, and nobody else can have it; from "
            "then on it is UNALLOCATED. Null: they held none, or refused."
        )
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which organization the viewer leaves.")
class LeaveOrganizationInput:
    """Input of `Mutation.leaveOrganization`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `leaveOrganization`: what was left, or refusals.")
class LeaveOrganizationPayload:
    """Payload of `Mutation.leaveOrganization`."""

    organization_id: strawberry.ID | None = strawberry.field(
        description="The organization that the viewer is no member of any more; null: refused."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Who administers an organization from now on.")
class HandOverAdministrationInput:
    """Input of `Mutation.handOverAdministration`."""

    organization_id: strawberry.ID = strawberry.field(description=_ORGANIZATION_TOLD)
    to_person_id: strawberry.ID = strawberry.field(
        description="Who becomes ADMIN, a member whose account was not terminated: `per_…`."
    )
    from_person_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The administrator who becomes MEMBER: `per_…`; null: nobody does, there is one more ADMIN.",
    )
    reason: str = strawberry.field(description=f"Why, in 1 to 500 printable characters. {_RECORDED_TOLD}")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `handOverAdministration`: the organization, or refusals.")
class HandOverAdministrationPayload:
    """Payload of `Mutation.handOverAdministration`."""

    organization_id: strawberry.ID | None = strawberry.field(description="The organization; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def remove_member(self, asked: RemoveMemberInput) -> RemoveMemberPayload:
        """Remove a member."""

    async def leave_organization(self, asked: LeaveOrganizationInput) -> LeaveOrganizationPayload:
        """Leave an organization."""

    async def hand_over_administration(self, asked: HandOverAdministrationInput) -> HandOverAdministrationPayload:
        """Hand administration over."""


Info = strawberry.Info[MutationsAsked, None]


@strawberry.type
class LeavingMutations:
    """Part of the root of mutations."""

    @mutation
    async def remove_member(
        self,
        info: Info,
        asked: Annotated[RemoveMemberInput, strawberry.argument(name="input", description="Who, from where.")],
    ) -> RemoveMemberPayload:
        """Removes a member from an organization: their access and the rest of their quota end at once.

        For its administrators. Tasks that run are finished with what they hold. The seat is PENDING_RELEASE until the
        next settlement; who joins again before that gets it back, with what was left of the quota. Refused for oneself
        (`CANNOT_REMOVE_YOURSELF`), and where no other administrator would stay (`SOLE_ADMINISTRATOR`).
        """
        return await info.context.remove_member(asked)

    @mutation
    async def leave_organization(
        self,
        info: Info,
        asked: Annotated[LeaveOrganizationInput, strawberry.argument(name="input", description="Which one.")],
    ) -> LeaveOrganizationPayload:
        """Leaves an organization, with the consequences that being removed has.

        For its members. The only administrator cannot leave (`SOLE_ADMINISTRATOR`), not even if nobody else is there:
        the role must be handed over first.
        """
        return await info.context.leave_organization(asked)

    @mutation
    async def hand_over_administration(
        self,
        info: Info,
        asked: Annotated[
            HandOverAdministrationInput, strawberry.argument(name="input", description="From whom, to whom, and why.")
        ],
    ) -> HandOverAdministrationPayload:
        """Makes a member the administrator of an organization, in the place of one or in addition.

        For operators. Everybody whose role changes is told.
        """
        return await info.context.hand_over_administration(asked)
