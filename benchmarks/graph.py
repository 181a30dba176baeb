"""The operations that are measured, and their requests as bytes."""

import orjson

CONSUME = """
mutation Consume($input: ConsumeInput!) {
  consume(input: $input) {
    entry { number amount receipt { price charged } }
    balance { asOfEntry quotas { meter { id } remaining resetsAt } credits { meter { id } remaining } }
    replayed
    errors { code message limits { meter { id } remaining resetsAt } }
  }
}
"""
CONSUME_DONE = '"errors":[]'
"""Stands in each answer to a charge that was carried out."""

VIEWER = """
query Viewer {
  viewer {
    person { displayName }
    workspaces {
      id name
      quotas { meter { id } granted used held remaining resetsAt }
      credits { meter { id } remaining }
    }
  }
}
"""
VIEWER_DONE = '"quotas":[{'

FEED = """
subscription Feed($workspace: ID!) {
  usageFeed(workspaceId: $workspace) {
    __typename
    ... on UsageSnapshot { cursor balance { asOfEntry } }
    ... on UsageChange { cursor entry { number kind amount recordedAt balance { quotas { meter { id } remaining } } } }
    ... on ResyncRequired { cursor reason }
  }
}
"""

# they take the places of values that differ from request to request; as long as those are
_WALLET = "wal_" + "0" * 26
_KEY_CHARACTERS = 24
_KEY = "k" * _KEY_CHARACTERS


def consume_request(path: str, token: str) -> tuple[str, str, str]:
    """Write the request of a charge in three parts: between them go the wallet's id and the idempotency key."""
    variables = {
        "input": {
            "walletId": _WALLET,
            "product": "chat-message",
            "quantity": "1",
            "surface": "WEB",
            "client": "bench",
            "idempotencyKey": _KEY,
        }
    }
    request = _post(path, token, {"query": CONSUME, "variables": variables})
    before, _, rest = request.partition(_WALLET)
    between, _, after = rest.partition(_KEY)
    return before, between, after


def idempotency_key(run: str, number: int) -> str:
    """Make a key that fits into a request."""
    return f"{run}{number:0{_KEY_CHARACTERS - len(run)}d}"


def viewer_request(path: str, token: str) -> str:
    """Write the request of the viewer's figures."""
    return _post(path, token, {"query": VIEWER})


def _post(path: str, token: str, content: dict[str, object]) -> str:
    body = orjson.dumps(content).decode()
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines) + "\r\n\r\n" + body
