"""Where people may return to: an allow-list that no parser reads in another way than another."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.sign_in.addresses import Target, Targets, read_address

OWN = "https://api.example.com"
LISTED = ("https://app.example.com/signed-in", "http://localhost:3000/")
TARGETS = Targets(OWN, LISTED)


@pytest.mark.parametrize(
    ("return_to", "url", "is_ours"),
    [
        ("/", f"{OWN}/", True),
        ("/graphql?a=b&c=d", f"{OWN}/graphql?a=b&c=d", True),
        ("/a//b", f"{OWN}/a//b", True),
        (f"{OWN}/graphql", f"{OWN}/graphql", True),
        (f"{OWN}:443/graphql", f"{OWN}/graphql", True),
        (OWN, f"{OWN}/", True),
        (LISTED[0], LISTED[0], False),
        (f"{LISTED[0]}?tab=2", f"{LISTED[0]}?tab=2", False),
        ("http://localhost:3000", LISTED[1], False),
    ],
)
def test_what_is_allowed(return_to: str, url: str, is_ours: bool) -> None:
    assert TARGETS.find(return_to) == Target(url, is_ours)


HOSTILE = [
    "",
    "evil",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://evil.example/signed-in",
    "https://app.example.com@evil.example/signed-in",
    "https://user@app.example.com/signed-in",
    "https://app.example.com:80:80/signed-in",
    "https://app.example.com:/signed-in",
    "https://app.example.com:0443/signed-in",
    "https://app.example.com.evil.example/signed-in",
    "https://app.example.com./signed-in",
    "https://app.example.com\\.evil.example/signed-in",
    "https://app.example.com%2eevil.example/signed-in",
    "https://app.example.com/signed-in/",
    "https://app.example.com/signed-in/../other",
    "https://app.example.com/./signed-in",
    "https://app.example.com/Signed-In",
    "https://app.example.com/signed%2din",
    "https://app.example.com/signed-in#code",
    "https://app.example.com/signed-in#",
    "https://app.example.com/signed-in?code=mine",
    "https://app.example.com/signed-in?a=1&%63ode=mine",
    "https://app.example.com/signed-in;x",
    "http://app.example.com/signed-in",
    "https://app.example.com:8443/signed-in",
    "HTTPS://app.example.com/signed-in",
    "HtTpS://evil.example",
    "https://APP.example.com/signed-in",
    "http://localhost:3001/",
    "http://127.0.0.1:3000/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/path#fragment",
    "/path\r\nset-cookie: a=b",
    "/path\0",
    "/päth",
    "/path with blanks",
    "https://app.example.com/signed-in\u2028",
    "https://ａpp.example.com/signed-in",
    "https://xn--app-.example.com/signed-in",
    f"/{'a' * 1_000}",
]


@pytest.mark.parametrize("return_to", HOSTILE)
def test_what_is_refused(return_to: str) -> None:
    assert TARGETS.find(return_to) is None


TRICKS = st.one_of(
    st.sampled_from(["/", "\\", "//", ":", "@", "?", "#", "%", ".", "..", "\t", "\n", "\0", " ", "[", "]"]),
    st.sampled_from(["https:", "http://", "evil.example", "%2f", "%5c", "code=", "\u3002", "\uff0f"]),
    st.sampled_from([OWN, *LISTED, "api.example.com", "app.example.com"]),
)


@given(st.lists(st.one_of(TRICKS, st.text(max_size=3)), max_size=8).map("".join))
@example("https://api.example.com//evil.example")
def test_whatever_is_asked_the_browser_stays_where_it_may_be(return_to: str) -> None:
    target = TARGETS.find(return_to)
    if target is None:
        return
    assert target.url.isascii()
    assert target.url.isprintable()
    assert not set(target.url) & set(" \\#<>\"'`{}|^") - {"'"}
    parts = urlsplit(target.url)
    assert (parts.username, parts.password, parts.fragment) == (None, None, "")
    if target.is_ours:
        assert f"{parts.scheme}://{parts.netloc}" == OWN
        assert urljoin("https://elsewhere.example/x/y", target.url) == target.url
        assert TARGETS.find(target.url) == target
    else:
        assert target.url.partition("?")[0] in LISTED
        assert "code=" not in parts.query.partition("&")[0]


@given(st.text(max_size=40))
def test_reading_an_address_never_fails_and_changes_nothing_but_a_default_port(text: str) -> None:
    address = read_address(text)
    if address is not None:
        parts = urlsplit(text)
        assert address.origin == f"{parts.scheme}://{parts.netloc}".removesuffix(":443").removesuffix(":80")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://a.localhost", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://10.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_its_names(url: str, loopback: bool) -> None:
    address = read_address(url)
    assert address is not None
    assert (address.is_loopback, address.is_safe) == (loopback, loopback)


@pytest.mark.parametrize("url", ["https://a:0", "https://a:65536", "https://a:99999", "https://-a", "https://a-"])
def test_hosts_and_ports_that_are_none(url: str) -> None:
    assert read_address(url) is None
