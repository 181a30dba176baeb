"""`terms`, `banners`, and how the viewer accepts: in both languages, for everybody, in constant statements (A6, A7)."""

from datetime import timedelta

import pytest

from domain.changes import ChangeKind
from domain.principals import Principal
from models.terms import TermsAcceptance
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service
from tests.factories.notices import announce, publish, terms
from tests.factories.statements import recorded
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
VERSION = "version title { en zhHans } material publishedAt effectiveAt body { en zhHans }"
TERMS = f"{{ terms {{ current {{ {VERSION} }} upcoming {{ version }} history {{ version body {{ en }} }} }} }}"
ACCEPTED = "{ viewer { acceptedTerms { acceptedAt terms { version title { en } body { zhHans } } } } }"
BANNERS = "{ banners { id kind text { en zhHans } effectiveAt startsAt endsAt } }"


async def test_a6_the_terms_are_for_everybody_in_both_languages(
    graph: Graph, runtime: Runtime, clock: TestClock
) -> None:
    empty = await graph.ask(TERMS)
    assert empty.data == {"terms": {"current": None, "upcoming": [], "history": []}}
    operator = await make_operator(runtime)
    await publish(runtime, operator, terms("One", effective_at=None), "1")
    await publish(runtime, operator, terms("Two", material=False, effective_at=NOW + 9 * DAY), "2")
    await publish(runtime, operator, terms("Three", effective_at=NOW + 5 * DAY), "3")
    clock.advance(DAY)
    answer = await graph.ask(TERMS)
    assert answer.errors == []
    body = {"en": "1. Be kind.\n", "zhHans": "1. 请友善。\n"}
    assert answer.data["terms"] == {
        "current": {
            "version": 1,
            "title": {"en": "One", "zhHans": "使用条款"},
            "material": True,
            "publishedAt": "2026-01-15T12:00:00Z",
            "effectiveAt": "2026-01-15T12:00:00Z",
            "body": body,
        },
        "upcoming": [{"version": 3}, {"version": 2}],
        "history": [{"version": version, "body": {"en": body["en"]}} for version in (3, 2, 1)],
    }
    clock.now = NOW + 6 * DAY
    later = (await graph.ask(TERMS)).data["terms"]
    assert (later["current"]["version"], later["upcoming"]) == (3, [])  # the second was overtaken


async def test_statements_do_not_grow_with_versions(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    operator, counts = await make_operator(runtime), []
    for more in (1, 10):
        for number in range(more):
            await publish(runtime, operator, terms(effective_at=None), f"{more} {number}")
        await graph.ask_once(TERMS, ada.principal)
        for query in (TERMS, ACCEPTED, BANNERS):
            async with recorded(runtime.database.pool) as statements:
                assert (await graph.ask_once(query, ada.principal)).errors == []
            counts.append(len(statements))
    assert counts == [2, 2, 1] * 2


async def test_a6_the_first_act_of_any_kind_accepts_and_the_next_costs_nothing(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner, stranger: Owner
) -> None:
    await publish(runtime, await make_operator(runtime), terms(effective_at=NOW + MINUTE))
    assert (await graph.ask(ACCEPTED, ada.principal)).data["viewer"]["acceptedTerms"] == []
    clock.now = NOW + MINUTE
    counts = []
    for _ in range(2):
        async with recorded(runtime.database.pool) as statements:
            await graph.ask_once("{ products { id } }", ada.principal)
        counts.append(len(statements))
    assert counts == [1, 0]
    [accepted] = (await graph.ask(ACCEPTED, ada.principal)).data["viewer"]["acceptedTerms"]
    assert accepted == {
        "acceptedAt": "2026-01-15T12:01:00Z",
        "terms": {"version": 1, "title": {"en": "Terms of use"}, "body": {"zhHans": "1. 请友善。\n"}},
    }
    mutation = 'mutation { markNoticesRead(input: { all: true, idempotencyKey: "k" }) { errors { code } } }'
    await graph.ask(mutation, stranger.principal)
    await graph.ask("{ viewer { caller } }", await make_service(runtime))
    await graph.ask("{ products { id } }")
    rows = await TermsAcceptance.all()
    assert {row.person_id for row in rows} == {ada.wallet.person_id, stranger.wallet.person_id}


async def test_a6_an_act_on_a_socket_that_was_open_before_accepts_too(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    await publish(runtime, await make_operator(runtime), terms(effective_at=NOW + DAY))
    async with graph.following("{ viewer { caller } }", ada.principal) as socket:
        await socket.next()
        assert await TermsAcceptance.all().count() == 0
        clock.now = NOW + DAY
        socket.socket.subscribe("again", "{ viewer { caller } }")
        while (await socket.socket.get()).get("id") != "again":
            pass
    assert await TermsAcceptance.all().count() == 1


async def test_a7_banners_are_for_everybody_while_they_matter(graph: Graph, runtime: Runtime, clock: TestClock) -> None:
    assert (await graph.ask(BANNERS)).data == {"banners": []}
    await announce(runtime, await make_operator(runtime), ChangeKind.PRICE, NOW + 30 * DAY)
    [banner] = (await graph.ask(BANNERS)).data["banners"]
    assert banner == {
        "id": banner["id"],
        "kind": "PRICE",
        "text": {"en": "Chat is faster now.", "zhHans": "聊天更快了。"},
        "effectiveAt": "2026-02-14T12:00:00Z",
        "startsAt": "2026-01-15T12:00:00Z",
        "endsAt": "2026-02-21T12:00:00Z",
    }
    clock.now = NOW + 37 * DAY
    assert (await graph.ask(BANNERS)).data == {"banners": []}


async def test_a_banner_can_be_found_again_by_its_id(
    graph: Graph, runtime: Runtime, ada: Owner, service: Principal
) -> None:
    operator = await make_operator(runtime)
    await announce(runtime, operator)
    [banner] = (await graph.ask(BANNERS)).data["banners"]
    for caller in (ada.principal, service, operator):
        found = await graph.ask(f'{{ node(id: "{banner["id"]}") {{ id ... on Banner {{ kind }} }} }}', caller)
        assert found.data["node"] == {"id": banner["id"], "kind": "INFORMATION"}


async def test_at_most_twenty_banners_are_shown(graph: Graph, runtime: Runtime, clock: TestClock) -> None:
    operator = await make_operator(runtime)
    for number in range(22):
        clock.advance(timedelta(seconds=1))
        await announce(runtime, operator, key=str(number))
    banners = (await graph.ask(BANNERS)).data["banners"]
    assert len(banners) == 20
    assert [banner["startsAt"] for banner in banners] == sorted((each["startsAt"] for each in banners), reverse=True)
