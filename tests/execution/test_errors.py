import logging

import pytest

from execution import Limits
from tests.execution.conftest import Ask, Make, client_of

pytestmark = pytest.mark.anyio
HEADERS = {"content-type": "application/json"}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "query", ["{ broken }", "{ brokenLater }", "{ keepers(first: 5) { strict } }", "mutation { fail { receipt } }"]
)
async def test_g5_a_fault_is_masked_and_logged_once_with_the_id_the_client_gets(
    make: Make, caplog: pytest.LogCaptureFixture, query: str, compiled: bool
) -> None:
    async with client_of(make(compiled=compiled)) as client:
        response = await client.post("/", json={"query": query}, headers=HEADERS)
    (error,) = response.json()["errors"]
    assert error["message"] == "Internal error"
    assert error["extensions"].keys() == {"code", "id"}
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text
    (record,) = [record for record in caplog.records if record.name == "execution"]
    assert error["extensions"]["id"] in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)


@pytest.mark.parametrize("query", ["{ missing { mineral } }", "{ tooLarge }", "{ wrongThing { __typename } }"])
async def test_g5_a_result_that_does_not_fit_the_schema_is_our_fault(
    ask: Ask, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    (error,) = (await ask(query)).json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Internal error", "INTERNAL")
    assert len(caplog.records) == 1


async def test_g5_one_cause_is_one_log_entry(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    response = await ask("{ a: broken b: rock { mineral } c: brokenLater }")
    assert response.json()["data"] is None
    assert len(caplog.records) == len(response.json()["errors"])


async def test_g5_a_clients_mistake_is_shown_and_not_logged(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (error,) = (await ask("{ mistaken rock { mineral } }")).json()["errors"]
    assert error == {
        "message": "that is not yours",
        "locations": [{"line": 1, "column": 3}],
        "path": ["mistaken"],
        "extensions": {"code": "FORBIDDEN", "field": "mistaken"},
    }
    response = await ask("{ secret }", authorization="bob")
    assert response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    await ask("{ nonsense }")
    await ask("query ($n: Int!) { keeper(number: $n) { id } }", {"n": "x"})
    assert caplog.records == []


async def test_g5_a_fault_in_authentication_is_masked(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    response = await ask("{ rock { mineral } }", authorization="explode")
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text
    assert len(caplog.records) == 1


async def test_a_mutation_is_never_run_twice(make: Make, contexts: list) -> None:  # type: ignore[type-arg] # of zoo
    query = (
        'mutation { a: pay(amount: "1") { receipt strictNote } fail { receipt } '
        'b: payNow(search: {text: "x"}) { receipt keeper { boss { strict } } } }'
    )
    async with client_of(make(limits=Limits(uses_before_compiling=0))) as client:
        await client.post("/", json={"query": query}, headers=HEADERS)
        response = await client.post("/", json={"query": query}, headers=HEADERS)
    assert response.json()["data"] is None  # strictNote is null in a non-null field
    assert [context.log for context in contexts] == [["pay 1000"]] * 2
    query = 'mutation { fail { receipt } b: payNow(search: {text: "x"}) { receipt } }'
    async with client_of(make(limits=Limits(uses_before_compiling=0))) as client:
        response = await client.post("/", json={"query": query}, headers=HEADERS)
    assert response.json()["data"] == {"fail": None, "b": {"receipt": 2}}
    assert contexts[-1].log == ["fail", "pay_now"]


async def test_g5_a_variable_that_does_not_fit_is_named_by_its_path(ask: Ask) -> None:
    query = "query ($s: Search!) { search(search: $s) }"
    for given, field in (({"text": 1}, ["s", "text"]), ("x", ["s"])):
        response = await ask(query, variables={"s": given})
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}
