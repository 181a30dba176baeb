"""Operations about API keys, for their tests."""

from domain.ids import public_id
from domain.principals import Principal
from tests.factories.api_keys import Coder
from tests.graphql.conftest import Answer, Graph, Json

KEY = """
    id name hint scopes createdAt expiresAt lastUsedAt lastClient restrictedAt restrictedBecause revokedAt
"""
CREATE = f"""
mutation ($input: CreateApiKeyInput!) {{ createApiKey(input: $input) {{
    apiKey {{ {KEY} }} secret replayed errors {{ code field message details {{ name value }} }}
}} }}
"""
REVOKE = f"""
mutation ($input: RevokeApiKeyInput!) {{ revokeApiKey(input: $input) {{
    apiKey {{ {KEY} }} replayed errors {{ code field message }}
}} }}
"""
KEYS = f"{{ viewer {{ apiKeys {{ {KEY} }} }} }}"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on ApiKey {{ {KEY} }} }} }}"
_PAYLOAD = """
    replayed entry { id number receipt { credentialId client charged } } errors { code field message }
"""
CONSUME = f"mutation ($input: ConsumeInput!) {{ consume(input: $input) {{ {_PAYLOAD} }} }}"
START = f"mutation ($input: StartTaskInput!) {{ startTask(input: $input) {{ {_PAYLOAD} task {{ id status }} }} }}"


async def create(graph: Graph, caller: Principal, key: str = "k", /, **given: object) -> Answer:
    return await graph.ask(CREATE, caller, input={"name": "Laptop", "idempotencyKey": key} | given)


async def created(graph: Graph, coder: Coder, key: str = "k", /, **given: object) -> tuple[Json, str]:
    """A new key as it is shown, and its secret."""
    payload = (await create(graph, coder.principal, key, **given)).data["createApiKey"]
    assert payload["errors"] == []
    return payload["apiKey"], payload["secret"]


async def revoke(graph: Graph, caller: Principal, id_: str, key: str = "r") -> Answer:
    return await graph.ask(REVOKE, caller, input={"keyId": id_, "idempotencyKey": key})


async def consume(graph: Graph, caller: Principal, secret: str | None, key: str = "c", /, **given: object) -> Answer:
    asked = {"product": "coding-request", "quantity": "1", "surface": "CLI", "client": "kimi-cli"}
    who = {"apiKey": secret} if secret is not None else {}
    return await graph.ask(CONSUME, caller, input=asked | who | {"idempotencyKey": key} | given)


async def start_task(graph: Graph, caller: Principal, secret: str, key: str = "t", /, **given: object) -> Answer:
    asked = {"product": "coding-request", "estimate": "1", "surface": "CLI", "client": "kimi-cli", "apiKey": secret}
    return await graph.ask(START, caller, input=asked | {"idempotencyKey": key} | given)


def workspace_id(coder: Coder) -> str:
    return public_id("wsp", coder.wallet.workspace_id)
