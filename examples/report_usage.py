"""Report usage from a back end: one idempotency key for all attempts, refusals handled as data.

ALLOT_URL    http://127.0.0.1:8000/graphql
ALLOT_TOKEN  the key of a service (`service.token` of `allot demo --json`)
ALLOT_WALLET the wallet that pays (`wal_…`)

python report_usage.py [--product chat-message] [--quantity 1] [--key KEY] [--count 1]
"""

import argparse
import os
import random
import sys
import time
from typing import Any
from uuid import uuid4

import httpx2

ATTEMPTS_MAX = 6
PAUSE_S_MAX = 5.0
TIMEOUT_S = 10.0
TRY_AGAIN = {"OVERLOADED", "UNAVAILABLE", "INTERNAL"}

CONSUME = """
mutation Consume($input: ConsumeInput!) {
  consume(input: $input) {
    entry { number amount unit receipt { charged } }
    balance {
      quotas { meter { id } pool remaining unit resetsAt }
      credits { meter { id } remaining unit }
    }
    replayed
    errors { code message limits { meter { id } pool remaining unit resetsAt } }
  }
}
"""


class ReportError(Exception):
    """The request itself is wrong, or no attempt got an answer."""


def consume(client: httpx2.Client, asked: dict[str, Any]) -> dict[str, Any]:
    """Charge usage, and return the payload of `consume`.

    Every attempt carries the same idempotency key. So it does not matter whether an attempt that got no answer was
    carried out: if it was, the next one gets the original result (`replayed`), and nothing is charged twice.

    Raises:
        ReportError: the server says that the request is wrong, or cannot be reached.
    """
    problem = ""
    for attempt in range(ATTEMPTS_MAX):
        if attempt:
            time.sleep(min(PAUSE_S_MAX, 0.1 * 2**attempt) * random.random())  # noqa: S311 - spreads those who wait
        try:
            answer = client.post(os.environ["ALLOT_URL"], json={"query": CONSUME, "variables": {"input": asked}})
        except httpx2.TransportError as error:  # no connection, no answer in time, an answer cut short
            problem = repr(error)
            continue
        if answer.status_code >= 500:
            problem = f"HTTP {answer.status_code}"
            continue
        if not answer.headers.get("content-type", "").startswith("application/json"):
            raise ReportError(f"HTTP {answer.status_code}: ALLOT_URL is not the address of the graph")
        content = answer.json()
        if not content.get("errors"):
            payload: dict[str, Any] = content["data"]["consume"]
            return payload
        problem = "; ".join(error["message"] for error in content["errors"])
        if not any(error.get("extensions", {}).get("code") in TRY_AGAIN for error in content["errors"]):
            break  # a mistake of ours: asking again does not help
    raise ReportError(problem)


def tell(payload: dict[str, Any]) -> None:
    """Say what came of it. A refusal is an answer like any other: decide what your product does about it."""
    for refusal in payload["errors"]:
        print(f"refused: {refusal['code']}: {refusal['message']}")
        for limit in refusal["limits"]:
            left = f"{limit['remaining']} {limit['unit']} left"
            print(f"  {limit['meter']['id']} ({limit['pool']}): {left}, full again: {limit['resetsAt'] or 'never'}")
    if entry := payload["entry"]:
        again = " (carried out before)" if payload["replayed"] else ""
        print(f"entry {entry['number']}: charged {entry['receipt']['charged']} {entry['unit']}{again}")
        for figure in (*payload["balance"]["quotas"], *payload["balance"]["credits"]):
            print(f"  {figure['meter']['id']}: {figure['remaining']} {figure['unit']} left")


def main() -> int:
    """Report as often as asked. Exit status 0: charged; 3: refused; 1: it did not work."""
    parser = argparse.ArgumentParser(description="Report usage.")
    parser.add_argument("--product", default="chat-message")
    parser.add_argument("--quantity", default="1", help="in the product's unit, such as 1 or 1.5")
    parser.add_argument("--key", help="the idempotency key: one that your system has anyway, such as the message's id")
    parser.add_argument("--count", type=int, default=1, help="how often; with --key, -1, -2 … are put behind it")
    given = parser.parse_args()
    asked = {"walletId": os.environ["ALLOT_WALLET"], "product": given.product, "quantity": given.quantity}
    headers = {"Authorization": f"Bearer {os.environ['ALLOT_TOKEN']}"}
    refused = False
    with httpx2.Client(headers=headers, timeout=TIMEOUT_S) as client:
        for number in range(1, given.count + 1):
            key = str(uuid4()) if given.key is None else given.key + (f"-{number}" if given.count > 1 else "")
            try:
                payload = consume(client, {**asked, "surface": "API", "client": "report_usage", "idempotencyKey": key})
            except ReportError as error:
                print(f"failed: {error}", file=sys.stderr)
                return 1
            tell(payload)
            refused = refused or payload["entry"] is None
    return 3 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
