"""From what a caller shows to who it is: one credential, wherever it is shown (G1)."""

from datetime import timedelta

import pytest

from app.principal import principal_of
from domain.principals import ANONYMOUS, Caller
from execution import ClientError, Credentials
from services.credentials import issue_session, revoke
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.persons import make_person
from tests.factories.runtime import catalog, clock, runtime

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
