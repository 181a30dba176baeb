"""What an export holds (A5): one file for each kind of data, each read by one statement, and what is left out, and why.

The only argument of a statement is the person's id. Of an organisation's workspace a person gets what is their own:
nothing here joins another member's rows. A test compares this with the tables: each column is in a file or below.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_USED = "CASE WHEN s.kind = 'ENTERPRISE' THEN false END AS used_for_training"
"""B14, on each usage record of an enterprise workspace. Of personal ones the flag says nothing, and is null."""

_BY_ME = "created_by = $1"
_TO_ME = "lower(email) = (SELECT lower(email) FROM persons WHERE id = $1)"
"""Invitations: of one's own all but the addresses of others, of others' what says that they are for this address."""


def _mine(table: str, columns: str, order: str) -> str:
    """Write the statement for a table of the ledger: the rows of the person's own wallets."""
    return f"""
        SELECT {columns} FROM {table} t
        JOIN wallets w ON w.id = t.wallet_id JOIN workspaces s ON s.id = t.workspace_id
        WHERE w.person_id = $1 ORDER BY {order}
    """  # noqa: S608  (constant text)


@dataclass(frozen=True, slots=True)
class Kind:
    """A file of the archive: `name` without its ending, the table it is read from, and the statement."""

    name: str
    table: str
    sql: str

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}.jsonl"

    @property
    def rows(self) -> str:
        """The statement, a JSON text a row."""
        return f"SELECT row_to_json(k)::text FROM ({self.sql}) k"  # noqa: S608  (constant text)

    @property
    def count(self) -> str:
        """The statement that counts them."""
        return f"SELECT count(*) FROM ({self.sql}) k"  # noqa: S608  (constant text)


KINDS = (
    Kind(
        "profile",
        "persons",
        """SELECT id, kind, display_name, email, locale, time_zone, default_workspace_id, status, status_reason,
            status_at, status_until, under_review, created_at FROM persons WHERE id = $1""",
    ),
    Kind(
        "identities",
        "identities",
        "SELECT id, provider, subject, created_at FROM identities WHERE person_id = $1 ORDER BY created_at, id",
    ),
    Kind(
        "traits",
        "traits",
        """SELECT id, kind, hash, first_seen_at, last_seen_at
            FROM traits WHERE person_id = $1 ORDER BY first_seen_at, id""",
    ),
    Kind(
        "sessions",
        "credentials",
        """SELECT id, kind, label, hint, workspace_id, scopes, created_at, last_seen_at, last_client, last_address,
            expires_at, ends_at, restricted_at, restricted_because, revoked_at
            FROM credentials WHERE person_id = $1 ORDER BY created_at, id""",
    ),
    Kind(
        "workspaces",
        "workspaces",
        """SELECT s.id, s.kind, CASE WHEN m.left_at IS NULL THEN s.name END AS name, s.owner_id, s.created_at,
            CASE WHEN s.kind = 'ENTERPRISE' THEN false END AS used_for_training
            FROM workspaces s JOIN members m ON m.workspace_id = s.id AND m.person_id = $1
            ORDER BY s.created_at, s.id""",
    ),
    Kind(
        "memberships",
        "members",
        "SELECT id, workspace_id, role, joined_at, left_at FROM members WHERE person_id = $1 ORDER BY joined_at, id",
    ),
    Kind(
        "wallets",
        "wallets",
        """SELECT id, workspace_id, created_at, last_entry, last_at, next_due_at, grants_made, allowances_made, spent,
            periods, balances, benefits_until, suspended, concurrency_max, guest, enterprise
            FROM wallets WHERE person_id = $1 ORDER BY created_at, id""",
    ),
    Kind(
        "allowances",
        "allowances",
        _mine(
            "allowances",
            """t.wallet_id, t.number, t.workspace_id, t.meter, t.pool, t.amount, t.cycle, t.anchor, t.source, t.ends_at,
            t.opens_on_use, t.granted_until""",
            "t.wallet_id, t.number",
        ),
    ),
    Kind(
        "grants",
        "grants",
        _mine(
            "grants",
            """t.wallet_id, t.number, t.workspace_id, t.meter, t.pool, t.kind, t.starts_at, t.ends_at, t.granted,
            t.used, t.held, t.remaining, t.lapsed, t.allowance, t.period_start, t.source, t.ended, t.closed""",
            "t.wallet_id, t.number",
        ),
    ),
    Kind(
        "entries",
        "entries",
        _mine(
            "entries",
            f"t.wallet_id, t.workspace_id, t.recorded_at, {_USED}, t.body AS entry",
            "t.wallet_id, t.number",
        ),
    ),
    Kind(
        "tasks",
        "tasks",
        _mine(
            "tasks",
            f"t.wallet_id, t.workspace_id, {_USED}, t.body AS task",
            "t.started_at, t.id",
        ),
    ),
    Kind(
        "refusals",
        "refusals",
        _mine(
            "refusals",
            f"t.id, t.wallet_id, t.workspace_id, t.at, t.last_entry, {_USED}, t.body AS refusal",
            "t.at, t.id",
        ),
    ),
    Kind(
        "notices",
        "notices",
        "SELECT id, kind, facts, created_at, read_at FROM notices WHERE person_id = $1 ORDER BY created_at, id",
    ),
    Kind(
        "terms",
        "terms_acceptances",
        "SELECT id, version, accepted_at FROM terms_acceptances WHERE person_id = $1 ORDER BY version",
    ),
    Kind(
        "emails",
        "emails",
        """SELECT id, address, template, facts, locale, created_at, attempts, next_attempt_at, sent_at, last_error
            FROM emails WHERE person_id = $1
                OR (person_id IS NULL AND lower(address) = (SELECT lower(email) FROM persons WHERE id = $1))
            ORDER BY created_at, id""",
    ),
    Kind(
        "exports",
        "exports",
        """SELECT id, state, progress, size, encode(sha256, 'hex') AS sha256, requested_at, finished_at, expires_at
            FROM exports WHERE person_id = $1 ORDER BY requested_at, id""",
    ),
    Kind(
        "deletions",
        "deletions",
        """SELECT id, requested_at, due_at, called_back_at, done_at
            FROM deletions WHERE person_id = $1 ORDER BY requested_at, id""",
    ),
    Kind(
        "audit",
        "audit_entries",
        """SELECT id, at, verb, target, before, after, reason FROM audit_entries
            WHERE target = $1 OR target IN (
                SELECT id FROM wallets WHERE person_id = $1 UNION ALL SELECT id FROM credentials WHERE person_id = $1
                UNION ALL SELECT id FROM workspaces WHERE owner_id = $1
                UNION ALL SELECT id FROM members WHERE person_id = $1)
            ORDER BY at, id""",
    ),
    Kind(
        "settings",
        "workspace_settings",
        """SELECT id, workspace_id, name, value, updated_at
            FROM workspace_settings WHERE person_id = $1 ORDER BY workspace_id, name""",
    ),
    Kind(
        "seats",
        "seats",
        """SELECT id, organisation_id, workspace_id, number, starts_at, ends_at, assigned_at, release_at
            FROM seats WHERE person_id = $1 ORDER BY assigned_at, id""",
    ),
    Kind(
        "seat-changes",
        "seat_changes",
        "SELECT id, seat_id, workspace_id, at, kind FROM seat_changes WHERE person_id = $1 ORDER BY at, id",
    ),
    Kind(
        "seat-periods",
        "seat_periods",
        """SELECT id, seat_id, workspace_id, period_start
            FROM seat_periods WHERE person_id = $1 ORDER BY period_start, id""",
    ),
    Kind(
        "invitations",
        "invitations",
        f"""SELECT id, created_at, expires_at, {_BY_ME} AS made_by_me, CASE WHEN {_TO_ME} THEN email END AS email,
            CASE WHEN {_BY_ME} THEN organisation_id END AS organisation_id,
            CASE WHEN {_BY_ME} THEN workspace_id END AS workspace_id,
            CASE WHEN {_BY_ME} THEN uses_max END AS uses_max, CASE WHEN {_BY_ME} THEN uses END AS uses,
            CASE WHEN {_BY_ME} THEN revoked_at END AS revoked_at
            FROM invitations WHERE {_BY_ME} OR {_TO_ME} ORDER BY created_at, id""",  # noqa: S608  (constant text)
    ),
    Kind(
        "invitation-uses",
        "invitation_uses",
        """SELECT id, invitation_id, workspace_id, used_at
            FROM invitation_uses WHERE person_id = $1 ORDER BY used_at, id""",
    ),
    Kind(
        "orders",
        "orders",
        """SELECT id, kind, status, method, organisation_id, currency, total_minor, intent, reference, receipt_number,
            created_at, expires_at, paid_at, closed_at FROM orders WHERE buyer_id = $1 ORDER BY created_at, id""",
    ),
    Kind(
        "order-lines",
        "order_lines",
        """SELECT l.id, l.order_id, l.number, l.kind, l.quantity, l.unit_minor, l.amount_minor, l.starts_at, l.ends_at,
            l.days, l.days_in_term
            FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.buyer_id = $1
            ORDER BY l.order_id, l.number""",
    ),
    Kind(
        "payments",
        "payments",
        """SELECT y.id, y.order_id, y.provider, y.event_key, y.paid, y.amount_minor, y.currency, y.occurred_at,
            y.received_at, y.outcome
            FROM payments y JOIN orders o ON o.id = y.order_id WHERE o.buyer_id = $1 ORDER BY y.received_at, y.id""",
    ),
    Kind(
        "referral-code",
        "referral_codes",
        "SELECT code, created_at FROM referral_codes WHERE person_id = $1",
    ),
    Kind(
        "referrals",
        "referrals",
        """SELECT id, referrer_id = $1 AS by_my_code, code, attributed_at,
            CASE WHEN referrer_id = $1 THEN sign_up_rewarded_at END AS sign_up_rewarded_at,
            CASE WHEN referrer_id = $1 THEN payment_rewarded_at END AS payment_rewarded_at,
            CASE WHEN referrer_id = $1 THEN reversed_at END AS reversed_at,
            CASE WHEN referrer_id = $1 THEN reversed_because END AS reversed_because
            FROM referrals WHERE referrer_id = $1 OR referred_id = $1 ORDER BY attributed_at, id""",
    ),
    Kind(
        "violations",
        "violations",
        """SELECT id, credential_id, workspace_id, at, client, product, surface, why, list_version, lifted_at
            FROM violations WHERE person_id = $1 ORDER BY at, id""",
    ),
)
"""The files of the archive, in their order."""

LEFT_OUT: Mapping[str, str] = {
    "one_time_codes": "hashes of codes that are good for a minute: secrets, not data",
    "verb_results": "answers to repeated requests, kept for days; what they tell is in the other files",
    "idempotency_keys": "as verb_results: each points to an entry or a refusal, which are in their files",
    "export_parts": "the archives themselves",
    "rate_windows": "how many requests were made in the last minute",
    "credentials.secret_hash": "lets whoever has it test guesses of a secret",
    "credentials.service_account_id": "empty in everything that belongs to a person",
    "credentials.operator_id": "empty in everything that belongs to a person",
    "persons.status_by": "another person: the operator who changed the status",
    "audit_entries.actor": "another person: the operator or administrator who made the change",
    "entries.caller": "the account of the service that reported it; the credential is in the receipt",
    "refusals.caller": "as entries.caller",
    "violations.caller": "as entries.caller",
    "refusals.code": "in `refusal`",
    "entries.previous": "made by the database from the number",
    **{f"entries.{name}": "in `entry`" for name in ("number", "kind", "at", "meter", "amount", "task_id", "body")},
    **{
        f"tasks.{name}": "in `task`"
        for name in ("id", "status", "meter", "held", "started_at", "expires_at", "resolved_at", "body")
    },
    "refusals.body": "stands there as `refusal`",
    "usage_hours": "sums of charges, each of which is in `entries`",
    "usage_marks": "up to which entry there are such sums",
    "organisations": "the organisation's; that one is a member is in `memberships`",
    "subscriptions": "the organisation's",
    "subscription_terms": "the organisation's; what oneself has paid for it is in `orders`",
    "seat_changes.actor": "another person, unless it was oneself: who let them in or removed them",
    "seat_changes.order_id": "the organisation's order, perhaps of another person",
    "invitations.token_hash": "lets whoever has it test guesses of a secret",
    "invitations.created_by": "another person, unless `made_by_me`",
    "invitations.revoked_by": "another administrator, perhaps",
    "orders.buyer_id": "whom the archive is about",
    "referrals.referrer_id": "another person, unless `by_my_code`",
    "referrals.referred_id": "another person, or whom the archive is about",
    "referrals.rejected_because": "tells what two accounts have in common, or that another person had one before",
    "payments.operator_id": "another person: the operator who saw the money",
}
"""Tables, and columns of tables that are exported, which are not in the archive; with the reason."""
