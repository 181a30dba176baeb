"""What comes in badly is answered clearly, reveals nothing, and changes nothing (issue 2, bad input)."""

from datetime import timedelta

import pytest

from domain.principals import Principal
from models.credentials import Credential
from services.credentials import issue_session, revoke
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

WHO = "{ viewer { caller person { id } } }"
A_DAY = timedelta(days=1)


async def test_g1_a_session_that_holds_is_let_in(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    issued = await issue_session(runtime, ada.wallet.person_id, "test", A_DAY)
    answer = await graph.ask_with(f"Bearer {issued.token}", WHO)
    assert answer.data == {"viewer": {"caller": "USER", "person": {"id": ada.person_id}}}


async def test_g1_credentials_that_do_not_hold_are_all_alike(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    expired = await issue_session(runtime, ada.wallet.person_id, "expired", A_DAY)
    revoked = await issue_session(runtime, ada.wallet.person_id, "revoked", 2 * A_DAY)
    unknown = await issue_session(runtime, ada.wallet.person_id, "unknown", 2 * A_DAY)
    clock.advance(A_DAY)
    await revoke(runtime, revoked.id)
    await Credential.filter(id=unknown.id).delete()
    forged = f"{expired.token[:-1]}{'A' if expired.token[-1] != 'A' else 'B'}"
    before = await graph.content()
    told = []
    for token in (expired.token, revoked.token, unknown.token, forged, "nonsense", "als__", "x" * 900):
        answer = await graph.ask_with(f"Bearer {token}", WHO)
        assert (answer.data, answer.code) == (None, "UNAUTHENTICATED")
        told.append((answer.status, answer.errors))
    assert all(each == told[0] for each in told)
    assert await graph.content() == before


async def test_g6_a_body_of_five_megabytes_is_refused(graph: Graph, ada: Owner) -> None:
    answer = await graph.ask(f"{WHO} #{'x' * 5_000_000}", ada.principal)
    assert answer.status == 413


async def test_g6_ten_thousand_fields_are_refused(graph: Graph, ada: Owner) -> None:
    before = await graph.content()
    answer = await graph.ask(f"{{ viewer {{ {'caller ' * 10_000} }} }}", ada.principal)
    assert (answer.status, answer.data) == (400, None)
    assert await graph.content() == before


async def test_g6_a_costly_query_is_refused_before_it_runs(graph: Graph, ada: Owner) -> None:
    page = "entries(first: 100) { nodes { id changes { used } balance { quotas { meter { id } } } } }"
    pages = " ".join(f"p{number}: {page}" for number in range(60))
    answer = await graph.ask(f"{{ viewer {{ workspaces {{ wallet {{ {pages} }} }} }} }}", ada.principal)
    assert (answer.status, answer.code) == (400, "QUERY_TOO_COMPLEX")


async def test_g5_a_fault_is_masked_with_an_id(
    graph: Graph, ada: Owner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("resolvers.viewer.workspaces_of_viewer", broken)
    answer = await graph.ask_once("{ viewer { workspaces { id } } }", ada.principal)  # each fault has its own id
    assert answer.data is None
    (error,) = answer.errors
    assert error["message"] == "Internal error"
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text
    assert "hunter2" not in str(answer)


async def test_overload_is_told(graph: Graph, ada: Owner, service: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.poster.COMMANDS_WAITING_MAX", 0)
    document = """mutation ($id: ID!) { consume(input: {
        walletId: $id, product: "chat-message", quantity: "1", surface: WEB, idempotencyKey: "k"
    }) { entry { id } } }"""
    answer = await graph.ask(document, service, id=ada.wallet_id)
    assert (answer.data, answer.code) == (None, "OVERLOADED")
