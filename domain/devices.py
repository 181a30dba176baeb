"""Devices: what a session is called, so that people recognise it ("Chrome on Linux")."""

UNKNOWN_DEVICE = "Unknown device"
USER_AGENT_CHARACTERS_MAX = 512
"""What comes after is not looked at: real ones are shorter."""

_BROWSERS = (
    # in this order: most pretend to be those below them
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("MicroMessenger/", "WeChat"),
    ("Electron/", "Desktop app"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Version/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
    ("okhttp", "Android app"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("OpenHarmony", "HarmonyOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
)


def device_label(user_agent: str | None) -> str:
    """Name the device behind a User-Agent: the browser, on the system; none of the caller's own text is in it."""
    seen = (user_agent or "")[:USER_AGENT_CHARACTERS_MAX]
    browser = next((name for mark, name in _BROWSERS if mark in seen), None)
    system = next((name for mark, name in _SYSTEMS if mark in seen), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN_DEVICE
