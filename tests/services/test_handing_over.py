"""Handing administration over, below the graph (B3): what it costs, and what is recorded (G3)."""

import pytest

from domain.workspaces import MemberRole
from models.workspaces import Member
from services.handing_over import HandOver, hand_over_administration
from services.runtime import Runtime
from tests.factories.credentials import make_operator
from tests.factories.organisations import make_organisation
from tests.factories.statements import recorded

pytestmark = pytest.mark.anyio


async def test_b3_the_number_of_statements_is_known(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    operator = await make_operator(runtime)
    act = HandOver(ref.id, ref.members[0].person_id, ref.admin_id, gives_up=True, reason="ticket 7")
    async with recorded(runtime.database.pool) as statements:
        assert (await hand_over_administration(runtime, operator, act, "k")).result.refused is None
    assert len(statements) == 2 + 14, statements


async def test_b3_g3_on_record_are_ids_and_roles_alone(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    act = HandOver(ref.id, ref.members[0].person_id, None, gives_up=False, reason="ticket 7")
    await hand_over_administration(runtime, await make_operator(runtime), act, "k")
    (row,) = await runtime.database.pool.fetch("SELECT before, after, target FROM audit_entries")
    member = await Member.get(workspace_id=ref.workspace_id, person_id=ref.members[0].person_id)
    assert (row["before"], row["after"]) == ('{"role": "MEMBER"}', '{"role": "ADMIN"}')
    assert (row["target"], member.role) == (member.id, MemberRole.ADMIN)
