"""Views of API keys."""

from resolvers import ids
from resolvers.operation import Operation
from schema.api_keys import ApiKey
from services.api_keys import KeyRow, key_of_viewer, keys_of_viewer


def key_view(row: KeyRow) -> ApiKey:
    """Show an API key."""
    return ApiKey(
        id=ids.write(ids.API_KEY, row.id),
        name=row.name,
        hint=row.hint,
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_client=row.last_client,
        restricted_at=row.restricted_at,
        restricted_because=row.restricted_because,
        revoked_at=row.revoked_at,
    )


async def viewer_api_keys(operation: Operation) -> list[ApiKey]:
    """List the caller's API keys."""
    return [key_view(row) for row in await keys_of_viewer(operation.runtime, operation.principal)]


async def find_api_key(operation: Operation, id_: str) -> ApiKey | None:
    """Find an API key by its id: people see their own."""
    uuid = ids.read(ids.API_KEY, id_)
    row = await key_of_viewer(operation.runtime, operation.principal, uuid) if uuid else None
    return key_view(row) if row else None
