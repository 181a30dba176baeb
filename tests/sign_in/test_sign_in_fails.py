"""Every way in which a sign-in can fail: a clear page with a stable code, a log id for faults, and nothing changed."""

import re
from collections.abc import Callable

import pytest

from tests.sign_in.conftest import Browser, House, code_in
from tests.sign_in.provider import Conduct

pytestmark = pytest.mark.anyio

FAULT = re.compile(r"<code>([0-9a-f]{32})</code>")
FAR = {"iat": 1, "exp": 1_000}

Spoil = Callable[[Conduct], None]
Case = tuple[str, Spoil, int, str]


def setting(**changes: object) -> Spoil:
    def spoil(conduct: Conduct) -> None:
        for name, value in changes.items():
            assert hasattr(conduct, name)
            setattr(conduct, name, value)

    return spoil


TURNED_AWAY = {
    "denied": (setting(denies="access_denied"), 403, "CONSENT_DENIED"),
    "unverified": (setting(verified=False), 403, "EMAIL_NOT_VERIFIED"),
}
"""What is nobody's fault."""

ANYWHERE = {
    "provider-fault": (setting(denies="temporarily_unavailable"), 502, "PROVIDER_UNAVAILABLE"),
    "strange-error": (setting(denies="<script>alert(1)</script>"), 502, "PROVIDER_ANSWER_INVALID"),
    "token-500": (setting(breaks_at="token"), 502, "PROVIDER_UNAVAILABLE"),
    "token-hangs": (setting(hangs_at="token"), 502, "PROVIDER_UNAVAILABLE"),
    "token-garbled": (setting(garbles_at="token"), 502, "PROVIDER_ANSWER_INVALID"),
}

GOOGLE = {
    **ANYWHERE,
    "metadata-500": (setting(breaks_at="metadata"), 502, "PROVIDER_UNAVAILABLE"),
    "metadata-hangs": (setting(hangs_at="metadata"), 502, "PROVIDER_UNAVAILABLE"),
    "metadata-garbled": (setting(garbles_at="metadata"), 502, "PROVIDER_ANSWER_INVALID"),
    "metadata-of-another": (setting(metadata={"issuer": "https://evil.example"}), 502, "PROVIDER_ANSWER_INVALID"),
    "metadata-endpoint": (setting(metadata={"token_endpoint": "file:///etc/passwd"}), 502, "PROVIDER_ANSWER_INVALID"),
    "metadata-unsigned": (
        setting(metadata={"id_token_signing_alg_values_supported": ["none", "HS256"]}),
        502,
        "PROVIDER_ANSWER_INVALID",
    ),
    "keys-500": (setting(breaks_at="keys"), 502, "PROVIDER_UNAVAILABLE"),
    "keys-hang": (setting(hangs_at="keys"), 502, "PROVIDER_UNAVAILABLE"),
    "keys-garbled": (setting(garbles_at="keys"), 502, "PROVIDER_ANSWER_INVALID"),
    "no-id-token": (setting(signs_with="NOTHING"), 502, "PROVIDER_ANSWER_INVALID"),
    "malformed": (setting(signs_with="GARBAGE"), 502, "PROVIDER_ANSWER_INVALID"),
    "signature-of-another": (setting(signs_with="OTHER_KEY"), 502, "PROVIDER_ANSWER_INVALID"),
    "unsigned": (setting(signs_with="NONE"), 502, "PROVIDER_ANSWER_INVALID"),
    "public-key-as-secret": (setting(signs_with="HMAC"), 502, "PROVIDER_ANSWER_INVALID"),
    "nonce-wrong": (setting(claims={"nonce": "another"}), 502, "PROVIDER_ANSWER_INVALID"),
    "nonce-missing": (setting(claims={"nonce": None}), 502, "PROVIDER_ANSWER_INVALID"),
    "audience": (setting(claims={"aud": "another-client"}), 502, "PROVIDER_ANSWER_INVALID"),
    "audience-with-our-azp": (
        setting(claims={"aud": "another-client", "azp": "allotment-client"}),
        502,
        "PROVIDER_ANSWER_INVALID",
    ),
    "audience-missing": (setting(claims={"aud": None}), 502, "PROVIDER_ANSWER_INVALID"),
    "issuer": (setting(claims={"iss": "https://accounts.google.com"}), 502, "PROVIDER_ANSWER_INVALID"),
    "expired": (setting(claims=FAR), 502, "PROVIDER_ANSWER_INVALID"),
    "without-end": (setting(claims={"exp": None}), 502, "PROVIDER_ANSWER_INVALID"),
    "no-subject": (setting(claims={"sub": None}), 502, "PROVIDER_ANSWER_INVALID"),
    "subject-empty": (setting(claims={"sub": ""}), 502, "PROVIDER_ANSWER_INVALID"),
    "subject-number": (setting(claims={"sub": 7}), 502, "PROVIDER_ANSWER_INVALID"),
    "subject-nul": (setting(claims={"sub": "a\0b"}), 502, "PROVIDER_ANSWER_INVALID"),
    "subject-long": (setting(claims={"sub": "s" * 256}), 502, "PROVIDER_ANSWER_INVALID"),
}

GITHUB = {
    **ANYWHERE,
    "api-500": (setting(breaks_at="api"), 502, "PROVIDER_UNAVAILABLE"),
    "api-hangs": (setting(hangs_at="api"), 502, "PROVIDER_UNAVAILABLE"),
    "api-garbled": (setting(garbles_at="api"), 502, "PROVIDER_ANSWER_INVALID"),
    "emails-500": (setting(breaks_at="emails"), 502, "PROVIDER_UNAVAILABLE"),
    "emails-garbled": (setting(garbles_at="emails"), 502, "PROVIDER_ANSWER_INVALID"),
    "emails-strange": (setting(emails=[{"email": "ada@example.com"}]), 502, "PROVIDER_ANSWER_INVALID"),
    "id-text": (setting(github_id="1001"), 502, "PROVIDER_ANSWER_INVALID"),
    "id-missing": (setting(github_id=None), 502, "PROVIDER_ANSWER_INVALID"),
}


def cases(way: str, table: dict[str, tuple[Spoil, int, str]]) -> list[object]:
    return [pytest.param((way, *case), id=f"{way}-{name}") for name, case in table.items()]


@pytest.mark.parametrize("case", [*cases("google", GOOGLE), *cases("github", GITHUB)])
async def test_g5_a_fault_of_the_provider_has_a_page_with_code_and_log_id(
    browser: Browser, house: House, quiet: pytest.LogCaptureFixture, case: Case
) -> None:
    way, spoil, status, code = case
    spoil(house.provider.conduct)
    before = await house.content()
    page = await browser.get(f"/sign-in/{way}")
    assert (page.status_code, code_in(page)) == (status, code)
    (log_id,) = FAULT.findall(page.text)
    assert log_id in quiet.text
    assert "alert(1)" not in page.text + quiet.text
    assert not [secret for secret in house.provider.secrets if secret in page.text]
    assert await house.content() == before
    assert not [name for name in browser.client.cookies if "session" in name]


@pytest.mark.parametrize("case", [*cases("google", TURNED_AWAY), *cases("github", TURNED_AWAY)])
async def test_who_is_turned_away_is_told_why_and_it_is_nobodys_fault(
    browser: Browser, house: House, case: Case
) -> None:
    way, spoil, status, code = case
    spoil(house.provider.conduct)
    before = await house.content()
    page = await browser.get(f"/sign-in/{way}")
    assert (page.status_code, code_in(page)) == (status, code)
    assert not FAULT.findall(page.text)
    assert "<b>" not in page.text
    assert await house.content() == before


@pytest.mark.parametrize("emails", [[], [{"email": "ada@example.com", "primary": False, "verified": True}]])
async def test_github_without_a_verified_primary_address_is_turned_away(
    browser: Browser, house: House, emails: list[dict[str, object]]
) -> None:
    house.provider.conduct.emails = emails
    page = await browser.get("/sign-in/github")
    assert (page.status_code, code_in(page)) == (403, "EMAIL_NOT_VERIFIED")


@pytest.mark.parametrize("way", ["google", "github"])
async def test_a_sign_in_cannot_be_replayed(browser: Browser, house: House, way: str) -> None:
    coming = await browser.get(f"/sign-in/{way}", until=lambda url: "/callback" in url)
    back, cookies = coming.headers["location"], dict(browser.client.cookies)
    await browser.get(back)
    before = await house.content()
    again = await browser.get(back)
    assert (again.status_code, code_in(again)) == (400, "STATE_UNKNOWN")
    async with house.browser() as thief:
        stolen = await thief.get(back)
        assert (stolen.status_code, code_in(stolen)) == (400, "STATE_UNKNOWN")
        thief.client.cookies.update(cookies)  # even with the cookie of the browser that began it
        stolen = await thief.get(back)
        assert (stolen.status_code, code_in(stolen)) == (400, "CODE_REFUSED")
    assert await house.content() == before


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=x", "error=access_denied", "state=%00&code=x"]
)
async def test_a_callback_that_nobody_began_is_refused(browser: Browser, house: House, query: str) -> None:
    before = await house.content()
    page = await browser.get(f"/sign-in/google/callback?{query}")
    assert (page.status_code, code_in(page)) == (400, "STATE_UNKNOWN")
    assert await house.content() == before


async def test_a_state_belongs_to_its_provider_and_to_an_untouched_cookie(browser: Browser, house: House) -> None:
    coming = await browser.get("/sign-in/google", until=lambda url: "/callback" in url)
    back = coming.headers["location"]
    before = await house.content()
    kept = {cookie.name: cookie.value or "" for cookie in browser.client.cookies.jar}
    crossed = await browser.get(back.replace("/google/", "/github/"))
    assert code_in(crossed) == "STATE_UNKNOWN"
    for forged in ("", "x", "e30.x.y", *(value[:-1] for value in kept.values())):
        async with house.browser() as other:
            other.client.cookies.update(dict.fromkeys(kept, forged))
            page = await other.get(back)
            assert (page.status_code, code_in(page)) == (400, "STATE_UNKNOWN")
    assert await house.content() == before


async def test_an_id_token_that_cannot_be_read_is_forgotten_when_the_provider_mends_itself(
    browser: Browser, house: House
) -> None:
    house.provider.conduct.metadata = {"issuer": "https://evil.example"}
    assert code_in(await browser.get("/sign-in/google")) == "PROVIDER_ANSWER_INVALID"
    house.provider.conduct.metadata = {"verify": False, "proxy": "http://127.0.0.1:1", "headers": {"x": "y"}}
    await browser.get("/sign-in/google")
    assert (await browser.viewer())["displayName"] == "Ada Lovelace"


async def test_g5_a_fault_of_ours_is_masked_logged_with_its_id_and_undone(
    browser: Browser, house: House, quiet: pytest.LogCaptureFixture
) -> None:
    await house.pool.execute("ALTER TABLE traits RENAME TO traits_away")
    before = await house.content()
    page = await browser.get("/sign-in/google")
    assert (page.status_code, code_in(page)) == (500, "INTERNAL")
    (log_id,) = FAULT.findall(page.text)
    assert log_id in quiet.text
    assert "traits" in quiet.text
    assert "traits" not in page.text
    assert await house.content() == before
