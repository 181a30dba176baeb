"""GraphiQL's ready tabs: documents that the graph takes, with variables that fit (the whole page: tests/browser)."""

import json

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse, validate

from app.tabs import demo_boot
from resolvers.graph import build_schema
from services.demo import load_demo
from services.runtime import Runtime
from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

TITLES = ["Watch", "Consume", "Viewer", "StartTask", "Organization"]
REPORTS = ["Consume", "StartTask"]


async def test_every_tab_is_ready_to_run(runtime: Runtime) -> None:
    tabs = demo_boot(await load_demo(runtime, "secret")).tabs
    core = build_schema()._schema
    assert [tab.title for tab in tabs] == TITLES
    for tab in tabs:
        document = parse(tab.query)
        assert validate(core, document) == []
        (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        assert operation.name is not None
        assert operation.name.value == tab.title
        variables = json.loads(tab.variables) if tab.variables else {}
        assert not isinstance(get_variable_values(core, operation.variable_definitions or (), variables), list)


async def test_usage_is_reported_by_the_service_with_a_fresh_key_each_time(runtime: Runtime) -> None:
    demo = await load_demo(runtime, "secret")
    for tab in demo_boot(demo).tabs:
        token = demo.service_token if tab.title in REPORTS else demo.people[0].token
        assert json.loads(tab.headers) == {"Authorization": f"Bearer {token}"}
        if tab.title in REPORTS:
            assert json.loads(tab.variables)["input"]["idempotencyKey"] == "{{uuid}}"
