"""Answers about leaving organizations: members removed, memberships left, administration handed over."""

from domain.authorization import permit
from resolvers import ids
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.leaving import (
    HandOverAdministrationInput,
    HandOverAdministrationPayload,
    LeaveOrganizationInput,
    LeaveOrganizationPayload,
    RemoveMemberInput,
    RemoveMemberPayload,
)
from services import leaving
from services.handing_over import HandOver, hand_over_administration


class LeavingMutations(Operation):
    """Answers the mutations about leaving."""

    @telling
    async def remove_member(self, asked: RemoveMemberInput) -> RemoveMemberPayload:
        """Remove a member."""
        permit(self.principal, "Mutation.removeMember")
        done = await leaving.remove_member(
            self.runtime,
            self.principal,
            ids.read(ids.ORGANISATION, asked.organization_id),
            ids.read(ids.MEMBER, asked.member_id),
            reason=asked.reason,
            key=asked.idempotency_key,
        )
        ended, refused = done.result, done.result.refused
        return RemoveMemberPayload(
            member_id=ids.write(ids.MEMBER, ended.member_id) if ended.member_id else None,
            person_id=ids.write(ids.PERSON, ended.person_id) if ended.person_id else None,
            seat_releases_at=ended.seat_releases_at,
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, refused)] if refused else [],
        )

    @telling
    async def leave_organization(self, asked: LeaveOrganizationInput) -> LeaveOrganizationPayload:
        """Leave an organization."""
        permit(self.principal, "Mutation.leaveOrganization")
        organisation_id = ids.read(ids.ORGANISATION, asked.organization_id)
        done = await leaving.leave_organisation(self.runtime, self.principal, organisation_id, asked.idempotency_key)
        refused = done.result.refused
        return LeaveOrganizationPayload(
            organization_id=None if refused else asked.organization_id,
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, refused)] if refused else [],
        )

    @telling
    async def hand_over_administration(self, asked: HandOverAdministrationInput) -> HandOverAdministrationPayload:
        """Hand administration over."""
        permit(self.principal, "Mutation.handOverAdministration")
        giver = asked.from_person_id
        act = HandOver(
            ids.read(ids.ORGANISATION, asked.organization_id),
            ids.read(ids.PERSON, asked.to_person_id),
            None if giver is None else ids.read(ids.PERSON, giver),
            gives_up=giver is not None,
            reason=asked.reason,
        )
        done = await hand_over_administration(self.runtime, self.principal, act, asked.idempotency_key)
        refused = done.result.refused
        return HandOverAdministrationPayload(
            organization_id=None if refused else asked.organization_id,
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, refused)] if refused else [],
        )
