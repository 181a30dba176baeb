"""Compiled execution and graphql-core give our graph's answers alike, whatever is asked of it (DESIGN.md §6)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.context import Context
from resolvers.graph import build_schema
from services.runtime import Runtime
from tests.execution.differential import assert_equal_both_ways
from tests.execution.operations import operations
from tests.factories.clock import NOW
from tests.factories.organisations import invite, make_organisation
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out
from tests.graphql.conftest import Owner, make_owner

pytestmark = [
    pytest.mark.anyio,
    # When one field fails, graphql-core cancels its siblings before they began.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]

SCHEMA = build_schema()
SCALARS = {
    "Cursor": st.sampled_from(["", "AAAA", "DGVVIAzoNQgt"]),
    "DateTime": st.sampled_from([NOW.isoformat(), "2020-02-29T00:00:00Z", "2099-01-01T00:00:00+08:00"]),
    "Decimal": st.sampled_from(["0", "1", "1.5", "-3"]),
}
generated = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
async def rich(runtime: Runtime) -> Owner:
    """Somebody with quotas, credits, a history and a running task, who administers an organisation."""
    owner = await make_owner(runtime, credits_=50, plan="plus")
    await carry_out(runtime, owner.wallet.id, spend(3), hold(2), spend(60))
    lab = await make_organisation(runtime, members=2, admin=owner.wallet.person_id)
    await invite(runtime, lab)
    return owner


@given(operation=operations(SCHEMA._schema, scalars=SCALARS))
@generated
async def test_generated_queries_give_the_same_both_ways(
    runtime: Runtime, rich: Owner, operation: tuple[str, dict[str, Any]]
) -> None:
    await assert_equal_both_ways(SCHEMA, *operation, lambda: Context(runtime, rich.principal))
