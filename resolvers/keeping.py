"""Answers about API keys: made, revoked and listed (C3)."""

from domain.authorization import permit
from resolvers import api_keys, ids
from resolvers.api_keys import key_view
from resolvers.errors import telling
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.api_keys import ApiKey
from schema.keeping import CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyInput, RevokeApiKeyPayload
from services.api_keys import NO_WORKSPACE, KeyDone, NewKey, create_key, revoke_key


class KeepingQueries(Operation):
    """Answers queries about API keys."""

    @telling
    async def viewer_api_keys(self) -> list[ApiKey]:
        """Find the caller's API keys."""
        return await api_keys.viewer_api_keys(self)


class KeepingMutations(Operation):
    """Answers the mutations about API keys."""

    @telling
    async def create_api_key(self, asked: CreateApiKeyInput) -> CreateApiKeyPayload:
        """Make an API key."""
        permit(self.principal, "Mutation.createApiKey")
        workspace_id = ids.read(ids.WORKSPACE, asked.workspace_id) if asked.workspace_id is not None else None
        if asked.workspace_id is not None and workspace_id is None:
            done = KeyDone(None, NO_WORKSPACE, replayed=False)
        else:
            wanted = NewKey(asked.name, asked.expires_in_days, tuple(asked.scopes), workspace_id)
            done = await create_key(self.runtime, self.principal, wanted, asked.idempotency_key)
        return CreateApiKeyPayload(
            api_key=key_view(done.key) if done.key else None,
            secret=done.secret,
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, done.refused)] if done.refused else [],
        )

    @telling
    async def revoke_api_key(self, asked: RevokeApiKeyInput) -> RevokeApiKeyPayload:
        """Revoke an API key."""
        permit(self.principal, "Mutation.revokeApiKey")
        key_id = ids.read(ids.API_KEY, asked.key_id)
        done = await revoke_key(self.runtime, self.principal, key_id, asked.idempotency_key)
        return RevokeApiKeyPayload(
            api_key=key_view(done.key) if done.key else None,
            replayed=done.replayed,
            errors=[refusal_view(self.catalog, done.refused)] if done.refused else [],
        )
