"""`node`: anything by its id; what does not exist and what is somebody else's look alike."""

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.credentials import make_service
from tests.factories.statements import recorded
from tests.factories.usage import hold
from tests.factories.wallets import carry_out, make_colleague
from tests.graphql.conftest import NOBODYS, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

NODE = """
query ($id: ID!) { node(id: $id) {
    __typename id
    ... on Workspace { name role }
    ... on Wallet { lastEntry }
    ... on Person { displayName }
    ... on Task { status held unit estimate product surface client startedAt expiresAt resolvedAt meter { id } }
    ... on Entry { number kind amount unit }
    ... on ServiceAccount { name }
} }
"""


async def ids_of(runtime: Runtime, owner: Owner) -> dict[str, str]:
    """An id of each noun that belongs to somebody."""
    command = hold()
    await carry_out(runtime, owner.wallet.id, command)
    return {
        "Workspace": owner.workspace_id,
        "Wallet": owner.wallet_id,
        "Person": owner.person_id,
        "Task": public_id("tsk", command.task_id),
        "Entry": owner.entry_id(1),
    }


async def test_everything_of_ones_own_is_found(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    found = {}
    for name, id_ in (await ids_of(runtime, ada)).items():
        answer = await graph.ask(NODE, ada.principal, id=id_)
        assert answer.errors == []
        found[name] = answer.data["node"]
        assert (found[name]["__typename"], found[name]["id"]) == (name, id_)
    assert found["Workspace"] | found["Person"] | found["Wallet"] | {"id": 0, "__typename": 0} == {
        "name": "At home",
        "role": "OWNER",
        "displayName": "Ada",
        "lastEntry": 2,
        "id": 0,
        "__typename": 0,
    }
    assert (found["Entry"]["number"], found["Entry"]["kind"], found["Entry"]["amount"]) == (1, "GRANT", "5")
    assert {name: value for name, value in found["Task"].items() if name not in ("__typename", "id")} == {
        "status": "RUNNING",
        "held": "1",
        "unit": "credit",
        "estimate": "1",
        "product": "chat-message",
        "surface": "WEB",
        "client": "kimi-web",
        "startedAt": "2026-01-15T12:00:00Z",
        "expiresAt": "2026-01-16T12:00:00Z",
        "resolvedAt": None,
        "meter": {"id": "chat_credit"},
    }


async def test_b11_what_is_somebody_elses_does_not_exist(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    for id_ in (await ids_of(runtime, stranger)).values():
        answer = await graph.ask(NODE, ada.principal, id=id_)
        assert (answer.data, answer.errors) == ({"node": None}, [])


async def test_b11_a_colleagues_wallet_does_not_exist_for_a_member(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    own = await make_colleague(runtime, person_id=ada.wallet.person_id)
    colleague = await make_colleague(runtime, own.workspace_id)
    for uuid, seen in ((own.id, True), (colleague.id, False)):
        answer = await graph.ask(NODE, ada.principal, id=public_id("wal", uuid))
        assert (answer.data["node"] is not None) is seen


@pytest.mark.parametrize("noun", ["wsp", "wal", "per", "svc", "tsk", "ent"])
async def test_b11_what_is_no_id_does_not_exist(graph: Graph, ada: Owner, noun: str) -> None:
    for id_ in (*bad_ids(noun), f"ent_{'0' * 26}_0", f"ent_{'0' * 26}_{'9' * 30}", f"{ada.entry_id(1)}_1"):
        answer = await graph.ask(NODE, ada.principal, id=id_)
        assert (answer.data, answer.errors) == ({"node": None}, [])


async def test_a_nul_byte_is_refused(graph: Graph, ada: Owner) -> None:
    answer = await graph.ask(NODE, ada.principal, id="wal_\0")
    assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")


async def test_g1_a_service_reads_within_its_scope_and_workspace(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner, service: Principal
) -> None:
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    blind = await make_service(runtime, frozenset({"usage:write"}))
    for name, id_ in (await ids_of(runtime, ada)).items():
        for caller in (service, narrowed):
            answer = await graph.ask(NODE, caller, id=id_)
            assert (answer.data["node"] or {}).get("__typename") == name, name
        assert (await graph.ask(NODE, blind, id=id_)).code == "FORBIDDEN"
        assert (await graph.ask(NODE, id=id_)).code == "UNAUTHENTICATED"
    for id_ in (await ids_of(runtime, stranger)).values():
        assert (await graph.ask(NODE, narrowed, id=id_)).data == {"node": None}


async def test_g1_a_service_finds_its_own_account_only(graph: Graph, runtime: Runtime, service: Principal) -> None:
    other = await make_service(runtime)
    assert service.subject
    assert other.subject
    answer = await graph.ask(NODE, service, id=public_id("svc", service.subject))
    assert answer.data["node"]["name"] == "Chat back end"
    for uuid in (other.subject, NOBODYS):
        assert (await graph.ask(NODE, service, id=public_id("svc", uuid))).data == {"node": None}


async def test_many_nodes_of_one_noun_are_one_statement(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner, service: Principal
) -> None:
    nodes = " ".join(f'n{n}: node(id: "{id_}") {{ id }}' for n, id_ in enumerate((ada.wallet_id, stranger.wallet_id)))
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(f"{{ {nodes} }}", service)
    assert (answer.errors, len(statements)) == ([], 1)
