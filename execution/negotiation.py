"""Which media type a client wants (GraphQL-over-HTTP, section Accept)."""

from dataclasses import dataclass
from functools import lru_cache

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
_HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client takes: the media type of a JSON answer (None if it takes none), event streams, web pages."""

    answer: str | None
    events: bool
    page: bool


@lru_cache(maxsize=256)
def read_accept(header: str | None) -> Accepted:
    """Read an Accept header; absent means anything."""
    if header is None or not header.strip():
        return Accepted(JSON, events=False, page=False)
    quality: dict[str, float] = {}
    for item in header.split(","):
        media, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        quality.setdefault(media, weight)
    response = quality.get(RESPONSE, 0.0)
    # A wildcard gets the type that every client reads.
    plain = quality.get(JSON, quality.get("application/*", quality.get("*/*", 0.0)))
    answer = None
    if response > 0 or plain > 0:
        answer = RESPONSE if response >= plain else JSON
    page = quality.get(_HTML, 0.0)
    return Accepted(
        answer, events=quality.get(EVENTS, 0.0) > 0, page=page > 0 and page >= max(response, quality.get(JSON, 0.0))
    )


def is_json(content_type: str | None) -> bool:
    """Whether a request body is declared as JSON in UTF-8, the only thing accepted (it also stops CSRF)."""
    media, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [
        value.strip('"') for name, _, value in (part.partition("=") for part in parameters) if name == "charset"
    ]
    return media == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)
