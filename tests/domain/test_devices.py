"""Labels of devices: what people recognise, and nothing that a stranger wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.devices import UNKNOWN_DEVICE, device_label

MOZILLA = "Mozilla/5.0"
LIKE_GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)"
LABEL_CHARACTERS_MAX = 40


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (f"{MOZILLA} (X11; Linux x86_64) {LIKE_GECKO} Chrome/138.0.0.0 Safari/537.36", "Chrome on Linux"),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {LIKE_GECKO} Chrome/138.0 Safari/537.36 Edg/138.0",
            "Edge on Windows",
        ),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"),
        (
            (
                f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
                "Safari/605.1.15"
            ),
            "Safari on macOS",
        ),
        (
            (
                f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "CriOS/138.0.7204.33 Mobile/15E148 Safari/604.1"
            ),
            "Chrome on iPhone",
        ),
        (
            f"{MOZILLA} (Linux; Android 14; SM-S918B) {LIKE_GECKO} SamsungBrowser/28.0 Chrome/130.0",
            "Samsung Internet on Android",
        ),
        (f"{MOZILLA} (Linux; Android 14) {LIKE_GECKO} Chrome/116 Mobile MicroMessenger/8.0.50", "WeChat on Android"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {LIKE_GECKO} Chrome/138.0 Safari/537.36", "Chrome on ChromeOS"),
        ("python-httpx/0.28.1", "Python"),
        ("curl/8.14.1", "curl"),
        ("Something (Windows)", "Windows"),
        ("", UNKNOWN_DEVICE),
        (None, UNKNOWN_DEVICE),
        ("<script>alert(1)</script>", UNKNOWN_DEVICE),
        ("x" * 100_000 + "Firefox/140.0", UNKNOWN_DEVICE),
    ],
)
def test_devices_are_named_by_browser_and_system(user_agent: str | None, label: str) -> None:
    assert device_label(user_agent) == label


@given(st.text(max_size=2_000))
def test_a_label_is_short_and_printable_whatever_is_sent(user_agent: str) -> None:
    label = device_label(user_agent)
    assert 1 <= len(label) <= LABEL_CHARACTERS_MAX
    assert label.isascii()
    assert label.isprintable()
