"""Posting an organisation's benefits to all who hold a seat, when they have changed for all (B9, B10).

Whoever changes them counts `subscriptions.benefits_version` up and posts to the first members in the same transaction;
the worker posts to the rest, some at a time, each time under the organisation's lock. Who needs a posting is read from
the wallets themselves, as they are at that instant: so whoever was removed meanwhile is left alone, whoever joined has
everything already, and a worker that is killed leaves nothing behind but what is still to be done.

*Decided.* A newer version of the plan comes in with the last period before the term that was bought with it: another
amount takes effect with the period after the posting, which is that term's first. Who joins in between has it at once.
In a renewal that is late, or in grace, it comes in with the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from domain.commands import SetBenefits
from domain.subscriptions import Subscription
from feed.topics import wallet_topic, workspace_topic
from models.database import Connection
from services.benefits import benefits_posting
from services.organisations import Organisation, lock_organisation
from services.posting import Clock, Posting, post
from services.runtime import Runtime

WALLETS_WITH_A_CHANGE_MAX = 256
"""Wallets that are posted to in the transaction that changes the benefits."""
WALLETS_PER_ROUND_MAX = 64
"""Wallets that the worker posts to at a time: few, so that a charge that comes in between does not wait for long."""

# `least` passes over what is null: a seat that a renewal gives up ends before the benefits do
_NEEDING = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset($4::jsonb)
        AS t (meter text, pool text, amount bigint, cycle jsonb, source text, opens_on_use boolean)
)
SELECT w.id, least($3::timestamptz, s.ends_at) AS until
FROM seats s
JOIN members m ON m.workspace_id = s.workspace_id AND m.person_id = s.person_id AND m.left_at IS NULL
JOIN wallets w ON w.workspace_id = s.workspace_id AND w.person_id = s.person_id
WHERE s.organisation_id = $1 AND s.person_id IS NOT NULL AND s.release_at IS NULL
    AND (w.benefits_until IS DISTINCT FROM least($3::timestamptz, s.ends_at)
        OR w.concurrency_max IS DISTINCT FROM $7::int
        OR (w.suspended IS NOT NULL AND least($3::timestamptz, s.ends_at) > $2)
        OR (SELECT count(*) FROM allowances a WHERE a.wallet_id = w.id AND a.ends_at IS NULL)
            <> (SELECT count(*) FROM wanted)
        OR EXISTS (SELECT FROM wanted t WHERE NOT EXISTS (
            SELECT FROM allowances a
            WHERE a.wallet_id = w.id AND a.ends_at IS NULL AND a.anchor = $5 AND a.meter = t.meter AND a.pool = t.pool
                AND a.amount = t.amount AND a.cycle = t.cycle AND a.source = t.source
                AND a.opens_on_use = t.opens_on_use)))
ORDER BY w.id LIMIT $6
"""
_POSTED = "UPDATE subscriptions SET benefits_posted = benefits_version WHERE id = $1"
_UNPOSTED = """
SELECT organisation_id FROM subscriptions
WHERE benefits_posted < benefits_version AND organisation_id IS NOT NULL ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class BenefitsPosted:
    """The wallets that have new entries: wake their feeds. `done`: nobody is left."""

    wallets: frozenset[UUID]
    done: bool


async def post_benefits(
    connection: Connection, organisation: Organisation, clock: Clock, limit: int = WALLETS_WITH_A_CHANGE_MAX
) -> BenefitsPosted:
    """Post the benefits of an organisation to at most `limit` members who hold a seat and do not have them so yet.

    Within a transaction that holds the organisation's lock and none of a wallet. Four statements where there is
    somebody, and one when it is done.
    """
    subscription = organisation.subscription
    rows = await connection.fetch(
        _NEEDING,
        organisation.id,
        clock(),
        subscription.benefits_until,
        _wanted(subscription),
        subscription.anchor,
        limit,
        subscription.plan.concurrency_max,
    )
    postings = benefits_postings(subscription, [(row["id"], row["until"]) for row in rows])
    changed = (await post(connection, postings, clock)).changed if postings else frozenset()
    done = len(rows) < limit or not changed
    if done:
        await connection.execute(_POSTED, subscription.id)
    return BenefitsPosted(changed, done)


def benefits_postings(subscription: Subscription, wallets: Sequence[tuple[UUID, datetime]]) -> list[Posting]:
    """Give wallets what the subscription gives, each until its own instant."""
    return [benefits_posting(replace(subscription, benefits_until=until), wallet) for wallet, until in wallets]


async def post_more_benefits(runtime: Runtime) -> int:
    """Post the benefits of one organisation to up to 64 more members; return to how many, at least 1 if any was due.

    A step of the worker: call it again until it returns 0.
    """
    organisation_id = await runtime.database.pool.fetchval(_UNPOSTED)
    if organisation_id is None:
        return 0
    async with runtime.database.transaction() as connection:
        organisation = await lock_organisation(connection, organisation_id)
        if organisation is None:
            raise LookupError("organisations are never removed")
        posted = await post_benefits(connection, organisation, runtime.clock, WALLETS_PER_ROUND_MAX)
    topics = [*map(wallet_topic, posted.wallets), workspace_topic(organisation.workspace_id)]
    await runtime.broker.wake(topics)
    return max(1, len(posted.wallets))


def _wanted(subscription: Subscription) -> str:
    """Write the allowances that everybody should have."""
    command = benefits_posting(subscription, subscription.id).command
    if not isinstance(command, SetBenefits):
        raise TypeError("benefits are set")
    return msgspec.json.encode(command.allowances).decode()
