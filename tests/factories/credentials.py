"""Credentials, and the principals that come in with them."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.authorization import READ, WRITE
from domain.principals import Principal
from models.credentials import ServiceAccount
from models.operators import Operator
from services.authentication import authenticate
from services.credentials import issue_operator_key, issue_service_key, issue_session
from services.runtime import Runtime

READS_AND_WRITES = frozenset({READ, WRITE})
A_DAY = timedelta(days=1)


async def make_service_account(runtime: Runtime, name: str = "Chat back end") -> UUID:
    account = await ServiceAccount.create(id=uuid4(), name=name, created_at=runtime.clock())
    return account.id


async def make_service(
    runtime: Runtime, scopes: frozenset[str] = READS_AND_WRITES, workspace_id: UUID | None = None
) -> Principal:
    """A new service that has come in with a new key."""
    account = await make_service_account(runtime)
    issued = await issue_service_key(runtime, account, "key", scopes, workspace_id)
    return await authenticate(runtime, issued.token)


async def make_user(runtime: Runtime, person_id: UUID) -> Principal:
    """A person who has come in with a new session."""
    issued = await issue_session(runtime, person_id, "session", A_DAY)
    return await authenticate(runtime, issued.token)


async def make_operator(runtime: Runtime, name: str = "Olive") -> Principal:
    """An operator who has come in with a new key."""
    operator = await Operator.create(id=uuid4(), name=name, created_at=runtime.clock())
    issued = await issue_operator_key(runtime, operator.id, "key", A_DAY)
    return await authenticate(runtime, issued.token)
