"""What members do who leave, in races: each returns the refusal's code, or None for what was done."""

from uuid import UUID

from domain.principals import Principal
from domain.refusals import RefusalCode
from services.leaving import MembershipEnded, leave_organisation, remove_member
from services.once import Once
from services.runtime import Runtime
from tests.factories.organisations import OrganisationRef


async def removed(
    runtime: Runtime, admin: Principal, ref: OrganisationRef, member: UUID, key: str
) -> RefusalCode | None:
    """Remove a member; None: they were."""
    return code_of(await remove_member(runtime, admin, ref.id, member, reason=None, key=key))


async def left(runtime: Runtime, person: Principal, ref: OrganisationRef, key: str) -> RefusalCode | None:
    """Leave; None: they did."""
    return code_of(await leave_organisation(runtime, person, ref.id, key))


def code_of(done: Once[MembershipEnded]) -> RefusalCode | None:
    return done.result.refused.code if done.result.refused else None
