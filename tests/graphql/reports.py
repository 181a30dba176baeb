"""What services send about tasks, and how to look at what comes back."""

from domain.principals import Principal
from tests.graphql.conftest import Answer, Graph, Json, Owner

FIELDS = """
replayed
task { id status held unit estimate product startedAt expiresAt resolvedAt }
entry { number kind amount recordedAt task { id status } receipt { quantity price charged waived } }
balance { asOfEntry credits { remaining held used } }
errors { code message field requested limits { remaining unit } }
"""


def mutation(verb: str) -> str:
    """The document of a mutation about tasks."""
    type_ = f"{verb[0].upper()}{verb[1:]}Input!"
    return f"mutation ($input: {type_}) {{ {verb}(input: $input) {{ {FIELDS} }} }}"


async def start(graph: Graph, caller: Principal, owner: Owner, /, **given: object) -> Answer:
    """Start a task of two chat messages."""
    asked = {
        "walletId": owner.wallet_id,
        "product": "chat-message",
        "estimate": "2",
        "surface": "DESKTOP",
        "client": "kimi-work",
        "idempotencyKey": "start",
    }
    return await graph.ask(mutation("startTask"), caller, input=asked | given)


async def started(graph: Graph, caller: Principal, owner: Owner, /, **given: object) -> str:
    """Start a task and return its id."""
    answer = await start(graph, caller, owner, **given)
    assert answer.errors == []
    assert answer.data["startTask"]["errors"] == []
    id_: str = answer.data["startTask"]["task"]["id"]
    return id_


async def report(graph: Graph, caller: Principal, verb: str, task_id: str, /, **given: object) -> Answer:
    """Report something about a task."""
    asked = {"taskId": task_id, "idempotencyKey": verb} | given
    return await graph.ask(mutation(verb), caller, input=asked)


def done(answer: Answer) -> Json:
    """The payload of something that was done."""
    assert answer.errors == []
    (payload,) = answer.data.values()
    assert payload["errors"] == []
    return payload


def refused(answer: Answer) -> Json:
    """The only refusal of something that was not done."""
    assert answer.errors == []
    (payload,) = answer.data.values()
    assert (payload["task"], payload["entry"], payload["balance"], payload["replayed"]) == (None, None, None, False)
    (told,) = payload["errors"]
    assert told["message"]
    return told
