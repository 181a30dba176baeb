"""`viewer`: who calls, their workspaces, and in a constant number of statements."""

import pytest

from domain.ids import public_id
from domain.principals import Caller, Principal
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_service
from tests.factories.statements import recorded
from tests.factories.wallets import make_colleague
from tests.factories.workspaces import leave
from tests.graphql.conftest import NOBODYS, Graph, Owner, make_owner

pytestmark = pytest.mark.anyio

WHO = "{ viewer { caller scopes person { id displayName } service { id name } workspaces { id } } }"
FIGURES = "granted used held remaining lapsed unit asOfEntry"
QUOTAS = f"""
{{ viewer {{ workspaces {{
    id kind name role createdAt
    quotas {{ meter {{ id name unit }} pool {FIGURES} cycle {{ unit count zone anchor }} source periodStart resetsAt }}
    credits {{ meter {{ id }} {FIGURES} }}
}} }} }}
"""


async def test_g1_nobody_is_turned_away(graph: Graph) -> None:
    answer = await graph.ask(WHO)
    assert answer.data is None
    assert answer.code == "UNAUTHENTICATED"


async def test_g1_a_person_is_shown_themselves(graph: Graph, ada: Owner) -> None:
    answer = await graph.ask(WHO, ada.principal)
    assert answer.errors == []
    assert answer.data["viewer"] == {
        "caller": "USER",
        "scopes": [],
        "person": {"id": ada.person_id, "displayName": "Ada"},
        "service": None,
        "workspaces": [{"id": ada.workspace_id}],
    }


async def test_g1_a_service_is_shown_its_account_and_scopes(graph: Graph, service: Principal, ada: Owner) -> None:
    answer = await graph.ask(WHO, service)
    assert answer.errors == []
    viewer = answer.data["viewer"]
    assert service.subject
    assert ada.workspace_id not in str(viewer)
    assert viewer == {
        "caller": "SERVICE",
        "scopes": ["usage:read", "usage:write"],
        "person": None,
        "service": {"id": public_id("svc", service.subject), "name": "Chat back end"},
        "workspaces": [],
    }


async def test_g1_an_operator_is_shown_as_one(graph: Graph) -> None:
    answer = await graph.ask(WHO, Principal(Caller.OPERATOR, NOBODYS))
    assert answer.errors == []
    assert answer.data["viewer"]["caller"] == "OPERATOR"


async def test_f2_quotas_and_credits_tell_everything(graph: Graph, runtime: Runtime) -> None:
    owner = await make_owner(runtime, credits_=5, plan="plus")
    answer = await graph.ask(QUOTAS, owner.principal)
    assert answer.errors == []
    (workspace,) = answer.data["viewer"]["workspaces"]
    entries = workspace["credits"][0]["asOfEntry"]
    assert (workspace["kind"], workspace["name"], workspace["role"]) == ("PERSONAL", "At home", "OWNER")
    assert workspace["createdAt"] == "2026-01-15T12:00:00Z"
    assert [(quota["meter"]["id"], quota["pool"]) for quota in workspace["quotas"]] == [
        ("chat_credit", "MAIN"),
        ("work_token", "MAIN"),
        ("coding_request", "MAIN"),
        ("coding_request", "WINDOW"),
        ("running_task", "CONCURRENCY"),
    ]
    coding, window, running = workspace["quotas"][2:]
    assert coding == {
        "meter": {"id": "coding_request", "name": "Coding requests", "unit": "request"},
        "pool": "MAIN",
        "granted": "500",
        "used": "0",
        "held": "0",
        "remaining": "500",
        "lapsed": "0",
        "unit": "request",
        "asOfEntry": entries,
        "cycle": {"unit": "DAYS", "count": 7, "zone": "Asia/Shanghai", "anchor": "2026-01-15T12:00:00Z"},
        "source": "plan:plus@1",
        "periodStart": "2026-01-15T12:00:00Z",
        "resetsAt": "2026-01-21T16:00:00Z",
    }
    assert (window["remaining"], window["periodStart"], window["resetsAt"]) == ("100", None, None)
    assert running == {
        "meter": {"id": "running_task", "name": "Running tasks", "unit": "task"},
        "pool": "CONCURRENCY",
        "granted": "30",
        "used": "0",
        "held": "0",
        "remaining": "30",
        "lapsed": "0",
        "unit": "task",
        "asOfEntry": entries,
        "cycle": None,
        "source": None,
        "periodStart": None,
        "resetsAt": None,
    }
    assert workspace["credits"] == [
        {
            "meter": {"id": "chat_credit"},
            "granted": "5",
            "used": "0",
            "held": "0",
            "remaining": "5",
            "lapsed": "0",
            "unit": "credit",
            "asOfEntry": entries,
        }
    ]


async def test_b11_a_workspace_that_was_left_is_not_there(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    colleague = await make_colleague(runtime, person_id=ada.wallet.person_id, credits_=1)
    assert len((await graph.ask(WHO, ada.principal)).data["viewer"]["workspaces"]) == 2
    await leave(colleague.workspace_id, ada.wallet.person_id, NOW)
    answer = await graph.ask(WHO, ada.principal)
    assert answer.data["viewer"]["workspaces"] == [{"id": ada.workspace_id}]


async def test_statements_do_not_grow_with_workspaces(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    everything = """
    { viewer { person { id } workspaces {
        id quotas { remaining source cycle { count } } credits { remaining }
        wallet { id workspace { name } person { displayName } runningTasks { id } balance { asOfEntry } }
    } } }
    """
    past = """
    query Past($at: DateTime!) { viewer { workspaces { wallet {
        entries(last: 3) { nodes { number recordedAt balance { quotas { source } } } }
        then: balance(at: $at) { asOfEntry quotas { source } } first: balance(entry: 1) { asOfEntry }
    } } } }
    """
    counts = []
    for more in (0, 4, 45):
        for _ in range(more):
            await make_colleague(runtime, person_id=ada.wallet.person_id, credits_=1)
        for query in (QUOTAS, everything):
            async with recorded(runtime.database.pool) as statements:
                answer = await graph.ask_once(query, ada.principal)
            assert answer.errors == []
            counts.append((len(answer.data["viewer"]["workspaces"]), len(statements)))
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(past, ada.principal, at=NOW.isoformat())
        assert answer.errors == []
        counts.append((len(answer.data["viewer"]["workspaces"]), len(statements)))
    assert counts == [(1, 2), (1, 5), (1, 10), (5, 2), (5, 5), (5, 10), (50, 2), (50, 5), (50, 10)]


async def test_g1_a_key_that_is_narrowed_to_a_workspace_is_a_service_all_the_same(
    graph: Graph, runtime: Runtime, ada: Owner
) -> None:
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    answer = await graph.ask(WHO, narrowed)
    assert answer.errors == []
    assert answer.data["viewer"]["caller"] == "SERVICE"
