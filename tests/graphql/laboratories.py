"""An organisation and its people, as the graph knows them."""

from dataclasses import dataclass
from uuid import UUID

from domain.ids import public_id
from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, make_organisation


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Ada administers it, Member 1 is a member."""

    ref: OrganisationRef
    admin: Principal
    member: Principal

    @property
    def id(self) -> str:
        return public_id("org", self.ref.id)

    @property
    def workspace_id(self) -> str:
        return public_id("wsp", self.ref.workspace_id)


async def make_laboratory(
    runtime: Runtime, *, seats: int = 6, members: int = 3, name: str = "Example Labs"
) -> Laboratory:
    """An organisation of Ada and some members, each on a seat."""
    ref = await make_organisation(runtime, seats=seats, members=members, name=name)
    return Laboratory(ref, await make_user(runtime, ref.admin_id), await make_user(runtime, ref.members[0].person_id))


def person_id(uuid: UUID) -> str:
    return public_id("per", uuid)
