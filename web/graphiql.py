"""Serve GraphiQL: the page that `GET /graphql` gives a browser, and its files under `/graphiql/`.

Everything comes from this server. The content policy says so, and the browser enforces it.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

MOUNT_PATH = "/graphiql"
"""Where `GraphiQLPage.assets` must be mounted; vite.config.ts names it as its base."""

_POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # the editor writes its themes and measures into style elements
    "font-src": "'self' data:",  # GraphiQL's style sheet carries its fonts,
    "img-src": "'self' data:",  # and the editor's its icons
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _POLICY.items())

_PAGE_HEADERS = {
    "cache-control": "no-store",  # the page may carry credentials
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "accept",  # the same address answers GraphQL requests
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_ASSET_TYPES = {  # not left to the machine's own table of types
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}

_PLACEHOLDER = '<script type="application/json" id="boot">{}</script>'

_NOT_BUILT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Allotment · GraphiQL is not built</title>
<style>
body { max-width: 42rem; margin: 4rem auto; padding: 0 1.5rem; font: 1rem/1.6 system-ui, sans-serif }
code, pre { font-family: ui-monospace, monospace; background: #8883; border-radius: 4px; padding: .1em .3em }
pre { padding: .8em 1em; white-space: pre-wrap }
</style>
</head>
<body>
<h1>GraphiQL is not built yet</h1>
<p>The API is running. Only its explorer, which this address shows to browsers, is missing:
it is built once, and that takes <a href="https://nodejs.org/">Node.js</a> 20.19 or newer with npm.</p>
<pre>make web</pre>
<p>Then reload this page; the server need not be restarted.</p>
<p>Without it, send GraphQL to this same address:</p>
<pre>curl -H 'content-type: application/json' -d '{"query": "{ __typename }"}' <em>this address</em></pre>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab that is ready to run.

    Attributes:
        title: unique among the tabs; the name of its operation, since that is what GraphiQL shows.
            The address `/graphql#title` opens the tab.
        query: the document. Comments in it are the place for explanations.
        variables: a JSON object as text. `"{{uuid}}"` in it becomes a fresh UUID at each run.
        headers: a JSON object as text, sent with the request or, for a subscription, as
            the payload of `connection_init`.
    """

    title: str
    query: str
    variables: str = ""
    headers: str = ""


@dataclass(frozen=True, slots=True)
class Boot:
    """What the page knows when it opens. In production that is the endpoint, and nothing else.

    Attributes:
        endpoint: the path of the API, for requests and for sockets.
        tabs: the tabs that open. When they change, browsers replace the ones they had saved.
        default_headers: a JSON object as text: the headers of new tabs, and of the introspection.
            When empty, the introspection uses those of the first tab.
    """

    endpoint: str = "/graphql"
    tabs: tuple[Tab, ...] = ()
    default_headers: str = ""


class GraphiQLPage:
    """GraphiQL from `dist`, the folder that `npm run build` makes.

    Mount `assets` at `MOUNT_PATH`, and answer with `page(boot)` to browsers.
    """

    def __init__(self, dist: Path) -> None:
        self._index = dist / "index.html"
        self.assets = _Assets(dist)

    @property
    def is_built(self) -> bool:
        """Whether there is a page to serve. It may be built while the server runs."""
        return self._index.is_file()

    def page(self, boot: Boot) -> Response:
        """Return the page with the boot data in it, or one that says how to build it."""
        if not self.is_built:
            return HTMLResponse(_NOT_BUILT, headers=_PAGE_HEADERS)
        html = self._index.read_text(encoding="utf-8")
        if _PLACEHOLDER not in html:
            raise RuntimeError(f"{self._index} has no place for the boot data: build it again (make web)")
        data = _PLACEHOLDER.replace("{}", _to_json(boot))
        return HTMLResponse(html.replace(_PLACEHOLDER, data), headers=_PAGE_HEADERS)


class _Assets(StaticFiles):
    """The files whose names carry a hash of what is in them, so that browsers may keep them for ever."""

    def __init__(self, dist: Path) -> None:
        super().__init__(directory=dist, check_dir=False)
        self._dist = dist

    async def check_config(self) -> None:
        """Accept a missing folder: it may be built while the server runs."""
        if not self._dist.is_dir():
            raise HTTPException(status_code=404)
        await super().check_config()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve what is under `assets/`; not the page, which has no boot data there."""
        name = PurePosixPath(path)
        media_type = _ASSET_TYPES.get(name.suffix)
        if name.parts[:1] != ("assets",) or media_type is None:
            raise HTTPException(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["content-type"] = media_type
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _to_json(boot: Boot) -> str:
    """Return JSON that no HTML parser takes for the end of the script element."""
    tabs = [asdict(tab) for tab in boot.tabs]
    text = json.dumps({"endpoint": boot.endpoint, "tabs": tabs, "defaultHeaders": boot.default_headers})
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
