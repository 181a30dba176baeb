"""From what a caller shows to who it is: one credential, wherever it is shown (G1)."""

from datetime import timedelta

import pytest

from app.principal import principal_of
from domain.api_keys import make_key
from domain.principals import ANONYMOUS, Caller, Principal
from domain.usage import Surface
from execution import ClientError, Credentials
from services.authentication import check, is_valid
from services.credentials import issue_session, revoke
from services.runtime import Runtime
from services.tickets import create_ticket
from tests.factories.clock import TestClock
from tests.factories.persons import make_person
from tests.factories.runtime import catalog, clock, runtime
from tests.factories.statements import recorded

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
FORM = "The Authorization is not of the form: Bearer <token>."
UNKNOWN = "The credential is unknown, expired or revoked."
DIFFERENT = "The header and connection_init show different credentials."


async def refusal(runtime: Runtime, headers: dict[str, str], params: dict[str, object] | None = None) -> str:
    """What a caller is told who is turned away."""
    with pytest.raises(ClientError) as refused:
        await principal_of(runtime, Credentials(headers, params))
    assert refused.value.code == "UNAUTHENTICATED"
    return refused.value.message


@pytest.mark.parametrize("params", [None, {}, {"authorization": None}, {"authorization": ""}, {"other": 1}])
async def test_who_shows_nothing_is_nobody_in_particular(runtime: Runtime, params: dict[str, object] | None) -> None:
    assert await principal_of(runtime, Credentials({}, params)) == ANONYMOUS


async def test_a_token_may_come_by_header_or_by_connection_init_or_by_both(runtime: Runtime) -> None:
    person = await make_person()
    token = (await issue_session(runtime, person, "here", HOUR)).token
    bearer = f"Bearer {token}"
    for headers, params in (
        ({"authorization": bearer}, None),
        ({"authorization": f"bearer   {token} "}, {}),
        ({}, {"authorization": bearer}),
        ({}, {"Authorization": bearer}),
        ({"authorization": bearer}, {"AUTHORIZATION": bearer}),
    ):
        principal = await principal_of(runtime, Credentials(headers, params))
        assert (principal.caller, principal.person_id) == (Caller.USER, person)


async def test_two_different_tokens_are_refused_though_both_are_genuine(runtime: Runtime) -> None:
    person = await make_person()
    first, second = [(await issue_session(runtime, person, "here", HOUR)).token for _ in range(2)]
    header, params = {"authorization": f"Bearer {first}"}, {"authorization": f"Bearer {second}"}
    assert await refusal(runtime, header, {**params}) == DIFFERENT


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer ", "token", "x" * 1_001])
async def test_another_form_is_refused(runtime: Runtime, value: str) -> None:
    assert await refusal(runtime, {"authorization": value}) == FORM
    assert await refusal(runtime, {}, {"authorization": value}) == FORM


@pytest.mark.parametrize("value", [1, True, ["Bearer x"], {"token": "x"}])
async def test_a_parameter_that_is_no_text_is_refused(runtime: Runtime, value: object) -> None:
    assert await refusal(runtime, {}, {"authorization": value}) == FORM


async def test_unknown_expired_and_revoked_look_alike(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    expired, revoked = [await issue_session(runtime, person, "here", HOUR) for _ in range(2)]
    await revoke(runtime, revoked.id)
    assert await refusal(runtime, {"authorization": f"Bearer {revoked.token}"}) == UNKNOWN
    clock.advance(HOUR)  # at its end it is over
    for token in (expired.token, revoked.token, "als_x_y", "nonsense", "é", "a b"):
        assert await refusal(runtime, {"authorization": f"Bearer {token}"}) == UNKNOWN


@pytest.mark.parametrize("surface", list(Surface))
async def test_b13_a_client_says_where_it_runs_by_header_or_connection_init_or_both(
    runtime: Runtime, surface: Surface
) -> None:
    params: list[dict[str, object] | None] = [
        {"surface": surface},
        {"Surface": surface},
        {"allotment-surface": surface},
        {"Allotment-Surface": f" {surface} "},
        {"surface": surface, "ALLOTMENT-SURFACE": surface},
    ]
    header = {"allotment-surface": surface.value}
    shown = [Credentials({}, given) for given in params] + [Credentials(header, given) for given in [None, {}, *params]]
    for credentials in shown:
        assert await principal_of(runtime, credentials) == Principal(Caller.ANONYMOUS, surface=surface)


@pytest.mark.parametrize("params", [{"surface": None}, {"surface": ""}, {"allotment-surface": None}])
async def test_b13_who_does_not_say_where_has_no_surface(runtime: Runtime, params: dict[str, object]) -> None:
    assert (await principal_of(runtime, Credentials({"allotment-surface": ""}, params))).surface is None


@pytest.mark.parametrize(
    "value", ["web", "TV", "WEB,API", "WEB DESKTOP", "x" * 1_000, "\0", "é\n", 1, True, ["WEB"], {}]
)
async def test_b13_what_is_no_surface_is_refused_and_named(runtime: Runtime, value: object) -> None:
    for params in ({"surface": value}, {"Allotment-Surface": value}):
        with pytest.raises(ClientError) as refused:
            await principal_of(runtime, Credentials({}, {**params}))
        assert refused.value.code == "BAD_USER_INPUT"
        told = refused.value.message
        assert told.startswith("Allotment-Surface must be one of WEB, DESKTOP, MOBILE, API, CLI, not '")
        assert len(told) < 220
        assert told.isprintable()


async def test_b13_two_different_surfaces_are_refused(runtime: Runtime) -> None:
    for headers, params in (
        ({"allotment-surface": "WEB"}, {"surface": "API"}),
        ({}, {"surface": "WEB", "Allotment-Surface": "CLI"}),
    ):
        with pytest.raises(ClientError) as refused:
            await principal_of(runtime, Credentials(headers, {**params}))
        assert refused.value.code == "BAD_USER_INPUT"


async def test_b13_a_surface_is_of_the_request_and_not_of_what_is_remembered(runtime: Runtime) -> None:
    token = (await issue_session(runtime, await make_person(), "here", HOUR)).token
    bearer = {"authorization": f"Bearer {token}"}
    plain = await principal_of(runtime, Credentials(bearer))
    async with recorded(runtime.database.pool) as statements:
        mobile = await principal_of(runtime, Credentials({**bearer, "allotment-surface": "MOBILE"}))
        assert (mobile.surface, mobile.subject, mobile.credential) == (
            Surface.MOBILE,
            plain.subject,
            plain.credential,
        )
        assert await principal_of(runtime, Credentials(bearer)) == plain
        assert runtime.accepted.vouches_for(mobile, runtime.clock())
    assert statements == []
    assert await is_valid(runtime, mobile)
    await check(runtime, Principal(Caller.ANONYMOUS, surface=Surface.MOBILE))  # nobody's access does not end


async def test_b13_a_mistaken_surface_costs_no_ticket(runtime: Runtime) -> None:
    token = (await issue_session(runtime, await make_person(), "here", HOUR)).token
    caller = await principal_of(runtime, Credentials({"authorization": f"Bearer {token}"}))
    ticket = (await create_ticket(runtime, caller, "k")).text
    with pytest.raises(ClientError):
        await principal_of(runtime, Credentials({}, {"ticket": ticket, "surface": "TV"}))
    found = await principal_of(runtime, Credentials({}, {"ticket": ticket, "surface": "CLI"}))
    assert (found.subject, found.surface) == (caller.subject, Surface.CLI)


async def test_g1_an_api_key_is_no_credential_here_and_costs_no_statement(runtime: Runtime) -> None:
    key = make_key(bytes(25)).text
    bearer = f"Bearer {key}"
    async with recorded(runtime.database.pool) as statements:
        for headers, params in (({"authorization": bearer}, None), ({}, {"authorization": bearer})):
            with pytest.raises(ClientError) as refused:
                await principal_of(runtime, Credentials(headers, params))
            assert refused.value.code == "FORBIDDEN"
            assert "gateway passes it on" in refused.value.message
            assert key not in refused.value.message
    assert statements == []
