"""The few pages of sign-in: small, without scripts, with nothing from elsewhere. The content policy says so."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, Response

from app.sign_in.problems import Told

_STYLE = """
body { max-width: 26rem; margin: 12vh auto 4rem; padding: 0 1.5rem; font: 1rem/1.6 system-ui, sans-serif }
h1 { font-size: 1.4rem } small, .quiet { opacity: .75 } code { font-family: ui-monospace, monospace }
form { margin: 0 }
fieldset { border: 1px solid #8886; border-radius: 8px; margin: 1.5rem 0 0; padding: .5rem 1rem 1rem }
label { display: block; margin: .5rem 0 } input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem }
.way { display: block; width: 100%; box-sizing: border-box; margin: .6rem 0; padding: .7rem 1rem; font: inherit;
  text-align: center; text-decoration: none; color: inherit; background: #8882; cursor: pointer;
  border: 1px solid #8888; border-radius: 8px }
.way:hover, .way:focus-visible { background: #8884 }
"""


def page(
    title: str, body: str, *, status: int = 200, form_targets: Iterable[str] = (), more_style: str = ""
) -> Response:
    """Write a page.

    Args:
        title: of the page, as text.
        body: HTML.
        status: of the answer.
        form_targets: origins to which sending its forms may lead in the end.
        more_style: CSS beside that of all pages.
    """
    style = _STYLE + more_style
    policy = {
        "default-src": "'none'",
        "style-src": f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'",
        "base-uri": "'none'",
        "form-action": " ".join(("'self'", *form_targets)),
        "frame-ancestors": "'none'",
    }
    headers = {
        "cache-control": "no-store",
        "content-security-policy": "; ".join(f"{directive} {sources}" for directive, sources in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "same-origin",  # with no-referrer, browsers would hide the origin of our own forms from us
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    html = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)} · Allotment</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )
    return HTMLResponse(html, status_code=status, headers=headers)


def choice_page(offered: Iterable[tuple[str, str]], parameters: dict[str, str], *, signed_in: bool) -> Response:
    """Write the list of ways to sign in.

    Args:
        offered: name in addresses and name for people of each provider.
        parameters: what each way is given along, checked already.
        signed_in: whether this browser has a session.
    """
    query = f"?{urlencode(parameters)}" if parameters else ""
    ways = [
        f'<a class="way" href="/sign-in/{quote(slug)}{escape(query)}">{escape(title)}</a>' for slug, title in offered
    ]
    nothing = (
        "<p>No provider is set up: see <code>ALLOT_GOOGLE_CLIENT_ID</code> and <code>ALLOT_GITHUB_CLIENT_ID</code>.</p>"
    )
    if not signed_in:
        return page("Sign in", "\n".join(ways) or nothing)
    leave = '<form method="post" action="/sign-out"><button class="way">Sign out</button></form>'
    hint = '<p class="quiet">Signing in again changes the account of this browser:</p>' if ways else ""
    return page("You are signed in", "\n".join((leave, hint, *ways)))


def problem_page(told: Told, log_id: str | None = None) -> Response:
    """Write why there is no session, with the code that never changes and, for faults, the id in our log."""
    logged = f" · <code>{escape(log_id)}</code>" if log_id else ""
    body = (
        f"<p>{escape(told.message)}</p>\n"
        '<p><a class="way" href="/sign-in">Back to sign-in</a></p>\n'
        f"<p><small><code>{escape(told.code)}</code>{logged}</small></p>"
    )
    return page("You are not signed in", body, status=told.status)
