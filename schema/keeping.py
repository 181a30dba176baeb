"""Keeping API keys: made and revoked (C3)."""

from typing import Annotated, Protocol

import strawberry

from schema.api_keys import ApiKey
from schema.fields import field, mutation
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD


@strawberry.input(description="An API key to be made.")
class CreateApiKeyInput:
    """Input of `Mutation.createApiKey`."""

    name: str = strawberry.field(description="What its owner calls it: 1 to 100 printable characters.")
    expires_in_days: int | None = strawberry.field(
        default=None, description="How many days of 24 hours it lasts: 1 to 366; null: until it is revoked."
    )
    scopes: list[str] = strawberry.field(
        default_factory=list,
        description="Ids of the products that it may be used for; see `Query.products`. Empty: all of them.",
    )
    workspace_id: strawberry.ID | None = strawberry.field(
        default=None, description="The viewer's personal workspace: `wsp_…`; null: that one. No other has API keys."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `createApiKey`: a key and its secret, or refusals.")
class CreateApiKeyPayload:
    """Payload of `Mutation.createApiKey`."""

    api_key: ApiKey | None = strawberry.field(description="The key as it is now; null: refused.")
    secret: str | None = strawberry.field(
        description=(
            "What the program shows: `ak_…`, 49 characters. Null: refused; or `replayed`, since it is shown once: make "
            "another one with a new idempotency key."
        )
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which API key is to be revoked.")
class RevokeApiKeyInput:
    """Input of `Mutation.revokeApiKey`."""

    key_id: strawberry.ID = strawberry.field(description="One of `Viewer.apiKeys`: `key_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `revokeApiKey`: the key, or refusals.")
class RevokeApiKeyPayload:
    """Payload of `Mutation.revokeApiKey`."""

    api_key: ApiKey | None = strawberry.field(description="The key as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class ViewerAsked(Protocol):
    """What the viewer asks the context for about their keys."""

    async def viewer_api_keys(self) -> list[ApiKey]:
        """Find the caller's API keys."""


@strawberry.type
class KeepingViewer:
    """Part of the viewer."""

    @field
    async def api_keys(self, info: strawberry.Info[ViewerAsked, None]) -> list[ApiKey]:
        """The viewer's API keys: those that hold, the newest first, then those that ended within 30 days.

        At most 40. Empty for callers who are no people.
        """
        return await info.context.viewer_api_keys()


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def create_api_key(self, asked: CreateApiKeyInput) -> CreateApiKeyPayload:
        """Make an API key."""

    async def revoke_api_key(self, asked: RevokeApiKeyInput) -> RevokeApiKeyPayload:
        """Revoke an API key."""


Info = strawberry.Info[MutationsAsked, None]


@strawberry.type
class KeepingMutations:
    """Part of the root of mutations."""

    @mutation
    async def create_api_key(
        self,
        info: Info,
        asked: Annotated[CreateApiKeyInput, strawberry.argument(name="input", description="Which key.")],
    ) -> CreateApiKeyPayload:
        """Makes an API key, with which a coding agent uses the viewer's coding benefit.

        For registered people whose personal workspace has the coding benefit (`NOT_ENTITLED`), at most 20 keys at a
        time (`TOO_MANY_OPEN`). In an organization's workspace there are none (`PERSONAL_USE_ONLY`).
        """
        return await info.context.create_api_key(asked)

    @mutation
    async def revoke_api_key(
        self,
        info: Info,
        asked: Annotated[RevokeApiKeyInput, strawberry.argument(name="input", description="Which key.")],
    ) -> RevokeApiKeyPayload:
        """Revokes an API key of the viewer's, for good: nothing more is charged by it. Tasks that run go on.

        For registered people. One that is revoked already stays so.
        """
        return await info.context.revoke_api_key(asked)
