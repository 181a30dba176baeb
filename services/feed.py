"""Following a wallet's feed (F8)."""

from collections.abc import AsyncGenerator
from uuid import UUID

from domain.authorization import permit
from domain.commands import Advance
from domain.errors import Inactive, InvalidInput, NotFound, Unauthenticated
from domain.principals import Principal
from feed.cursor import BadCursor, decode
from feed.events import AccessEnd, AccessEnded, FeedEvent
from feed.topics import access_topic
from services.authentication import check
from services.platforms import elsewhere
from services.posting import Posting
from services.runtime import Runtime

_OWN_WALLET = """
SELECT w.id, w.next_due_at, w.enterprise FROM wallets w
JOIN members m ON m.workspace_id = w.workspace_id AND m.person_id = w.person_id AND m.left_at IS NULL
WHERE w.workspace_id = $1 AND w.person_id = $2
"""


async def follow(
    runtime: Runtime, principal: Principal, workspace_id: UUID, after: str | None
) -> AsyncGenerator[FeedEvent, None]:
    """Follow the caller's wallet in a workspace: a snapshot and every change, or with a cursor every change after it.

    Returns the feed, which raises `AccessEnded` with the reason when credential, person or membership end.

    Raises:
        Unauthenticated, Forbidden: the caller has no wallets.
        NotFound: the caller has no wallet in such a workspace.
        PlatformNotSupported: they have, and it does not work where they are (B13).
        InvalidInput: the cursor is none of this feed.
    """
    permit(principal, "Subscription.usageFeed")
    row = await runtime.database.pool.fetchrow(_OWN_WALLET, workspace_id, principal.person_id)
    if row is None:
        raise NotFound(("workspaceId",), "There is no such workspace.")
    if row["enterprise"] and (refused := (await elsewhere(runtime, principal, [workspace_id])).get(workspace_id)):
        raise refused
    wallet_id: UUID = row["id"]
    number = _place(wallet_id, after)
    if row["next_due_at"] is not None and row["next_due_at"] <= runtime.clock():
        await runtime.poster.submit(Posting(Advance(), wallet_id))

    async def allowed() -> bool:
        try:
            await check(runtime, principal)
        except Inactive as why:
            raise AccessEnded(AccessEnd(why.code), str(why)) from why
        except Unauthenticated as why:
            raise AccessEnded(AccessEnd.CREDENTIAL_ENDED) from why
        if await runtime.database.pool.fetchrow(_OWN_WALLET, workspace_id, principal.person_id) is None:
            raise AccessEnded(AccessEnd.MEMBERSHIP_ENDED)
        return True

    watch = [access_topic(principal.subject)] if principal.subject else []
    return runtime.feed.follow(wallet_id, number, allowed=allowed, watch=watch)


def _place(wallet_id: UUID, after: str | None) -> int | None:
    if after is None:
        return None
    try:
        return decode(wallet_id, after)
    except BadCursor:
        raise InvalidInput(("after",), "is not a cursor of this feed") from None
