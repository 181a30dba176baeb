"""What the database holds by itself, rule by rule: constraints, indexes and triggers as they are in the catalogue."""

import re

import pytest

from models.database import Connection

pytestmark = pytest.mark.anyio

_CONSTRAINTS = """
SELECT conrelid::regclass::text AS of, conname::text AS name, contype::text AS type,
    pg_get_constraintdef(oid) AS definition, convalidated AND NOT condeferrable AS strict
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
_INDEXES = """
SELECT i.indrelid::regclass::text AS of, i.indexrelid::regclass::text AS name, i.indisunique AS is_unique,
    pg_get_indexdef(i.indexrelid) AS definition, i.indisvalid AND i.indimmediate AS strict
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
"""
_TRIGGERS_THERE = """
SELECT tgrelid::regclass::text AS of, tgname::text AS name, tgenabled::text AS enabled,
    pg_get_triggerdef(oid) AS definition
FROM pg_trigger WHERE NOT tgisinternal
"""

CONSTRAINTS = {
    # f1: one wallet per person per workspace; entries are numbered without a gap
    ("wallets", "UNIQUE (workspace_id, person_id)"),
    ("entries", "PRIMARY KEY (wallet_id, number)"),
    ("entries", "CHECK ((number >= 1))"),
    ("entries", "FOREIGN KEY (wallet_id, previous) REFERENCES entries(wallet_id, number)"),
    # f2, f3: every amount is somewhere, and nothing is ever below zero
    ("grants", "CHECK ((granted = (((used + held) + remaining) + lapsed)))"),
    ("grants", "CHECK ((granted > 0))"),
    ("grants", "CHECK ((remaining >= 0))"),
    ("grants", "CHECK ((used >= 0))"),
    ("grants", "CHECK ((held >= 0))"),
    ("grants", "CHECK ((lapsed >= 0))"),
    ("grants", "CHECK (((NOT closed) OR ((remaining = 0) AND (held = 0))))"),
    ("entries", "CHECK ((amount >= 0))"),
    ("allowances", "CHECK ((amount > 0))"),
    # f4
    ("tasks", "CHECK ((((status)::text = 'RUNNING'::text) = (resolved_at IS NULL)))"),
    ("tasks", "CHECK ((held >= 0))"),
    ("tasks", "CHECK ((expires_at > started_at))"),
    # f5
    ("idempotency_keys", "PRIMARY KEY (caller, key)"),
    ("idempotency_keys", "CHECK ((octet_length(input_hash) = 32))"),
    ("idempotency_keys", "CHECK (((entry IS NULL) <> (refusal IS NULL)))"),
    ("idempotency_keys", "FOREIGN KEY (wallet_id, entry) REFERENCES entries(wallet_id, number)"),
    # b8
    ("grants", "CHECK (((allowance IS NULL) = (period_start IS NULL)))"),
    # b11: whatever hangs on a wallet is in the wallet's workspace, and on that very wallet
    ("wallets", "UNIQUE (workspace_id, id)"),
    ("wallets", "FOREIGN KEY (workspace_id, person_id) REFERENCES members(workspace_id, person_id)"),
    *(
        (table, "FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets(workspace_id, id)")
        for table in ("allowances", "grants", "tasks", "entries", "refusals", "usage_marks")
    ),
    # f12: a sum stands once, behind its wallet's mark
    ("usage_hours", "UNIQUE (wallet_id, hour, meter, product, surface, client, credential)"),
    ("usage_hours", "FOREIGN KEY (workspace_id, wallet_id) REFERENCES usage_marks(workspace_id, wallet_id)"),
    ("usage_hours", "CHECK ((hour = date_trunc('hour'::text, hour, 'UTC'::text)))"),
    ("grants", "FOREIGN KEY (wallet_id, allowance) REFERENCES allowances(wallet_id, number)"),
    ("entries", "FOREIGN KEY (wallet_id, task_id) REFERENCES tasks(wallet_id, id)"),
    ("members", "UNIQUE (workspace_id, person_id)"),
    ("workspaces", "UNIQUE (owner_id)"),
    ("workspaces", "CHECK ((((kind)::text = 'PERSONAL'::text) = (owner_id IS NOT NULL)))"),
    ("persons", "FOREIGN KEY (default_workspace_id, id) REFERENCES members(workspace_id, person_id)"),
    ("credentials", "FOREIGN KEY (workspace_id, person_id) REFERENCES members(workspace_id, person_id)"),
    # b11: an organisation is its workspace, and what it has is in that one, and of its members
    ("organisations", "UNIQUE (workspace_id)"),
    ("organisations", "UNIQUE (id, workspace_id)"),
    ("seats", "UNIQUE (id, workspace_id)"),
    ("invitations", "UNIQUE (id, workspace_id)"),
    *(
        (table, "FOREIGN KEY (organisation_id, workspace_id) REFERENCES organisations(id, workspace_id)")
        for table in ("subscriptions", "seats", "invitations")
    ),
    *(
        (table, "FOREIGN KEY (seat_id, workspace_id) REFERENCES seats(id, workspace_id)")
        for table in ("seat_changes", "seat_periods")
    ),
    ("invitation_uses", "FOREIGN KEY (invitation_id, workspace_id) REFERENCES invitations(id, workspace_id)"),
    *(
        (table, f"FOREIGN KEY (workspace_id, {person}) REFERENCES members(workspace_id, person_id)")
        for table, person in (
            ("seats", "person_id"),
            ("seat_changes", "person_id"),
            ("seat_periods", "person_id"),
            ("invitations", "created_by"),
            ("invitations", "revoked_by"),
            ("invitation_uses", "person_id"),
            ("workspace_settings", "person_id"),
        )
    ),
    # b12: a setting has one value
    ("workspace_settings", "UNIQUE (workspace_id, person_id, name)"),
    # b1, b2, b10: one subscription, and its terms in order, each paid by an order of its own
    ("subscriptions", "UNIQUE (workspace_id)"),
    ("subscriptions", "UNIQUE (organisation_id)"),
    ("subscriptions", "CHECK ((benefits_version >= benefits_posted))"),
    ("subscription_terms", "UNIQUE (subscription_id, number)"),
    ("subscription_terms", "UNIQUE (order_id)"),
    ("subscription_terms", "CHECK ((ends_at > starts_at))"),
    # b4: a link is a hash, ends, and is not used more often than it may be
    ("invitations", "UNIQUE (token_hash)"),
    ("invitations", "CHECK ((octet_length(token_hash) = 32))"),
    ("invitations", "CHECK ((expires_at > created_at))"),
    ("invitations", "CHECK (((uses >= 0) AND (uses <= uses_max)))"),
    ("invitations", "CHECK ((uses_max >= 1))"),
    # b6, b7: a seat is held by somebody or nobody, and released by somebody
    ("seats", "UNIQUE (organisation_id, number)"),
    ("seats", "CHECK (((person_id IS NULL) = (assigned_at IS NULL)))"),
    ("seats", "CHECK (((release_at IS NULL) OR (person_id IS NOT NULL)))"),
    ("seats", "CHECK ((ends_at >= starts_at))"),
    # b8: one person on a seat in a period, and one seat of a person
    ("seat_periods", "UNIQUE (seat_id, period_start)"),
    ("seat_periods", "UNIQUE (workspace_id, person_id, period_start)"),
    # d4: one code a person, one referral of each, never of oneself; what is rejected gives nothing
    ("referral_codes", "PRIMARY KEY (person_id)"),
    ("referral_codes", "UNIQUE (code)"),
    ("referral_codes", "FOREIGN KEY (person_id) REFERENCES persons(id)"),
    ("referrals", "UNIQUE (referred_id)"),
    ("referrals", "FOREIGN KEY (referrer_id) REFERENCES persons(id)"),
    ("referrals", "FOREIGN KEY (referred_id) REFERENCES persons(id)"),
    ("referrals", "CHECK ((referrer_id <> referred_id))"),
    (
        "referrals",
        "CHECK (((rejected_because IS NULL) OR ((sign_up_rewarded_at IS NULL) AND (payment_rewarded_at IS NULL))))",
    ),
    ("referrals", "CHECK (((reversed_at IS NULL) = (reversed_because IS NULL)))"),
    # c4: a violation is of a key of the same person in the same workspace, and restricted are keys alone
    ("violations", "CHECK ((list_version >= 0))"),
    ("violations", "CHECK ((lifted_at >= at))"),
    (
        "violations",
        "FOREIGN KEY (workspace_id, person_id, credential_id) REFERENCES credentials(workspace_id, person_id, id)",
    ),
    ("credentials", "CHECK (((restricted_at IS NULL) OR ((kind)::text = 'API_KEY'::text)))"),
    ("credentials", "CHECK (((restricted_at IS NULL) = (restricted_because IS NULL)))"),
    ("client_lists", "PRIMARY KEY (version)"),
    # d8: an order is paid or not, a receipt is numbered, a report counts once
    ("orders", "UNIQUE (reference)"),
    ("orders", "UNIQUE (receipt_number)"),
    ("orders", "CHECK ((total_minor >= 0))"),
    ("orders", "CHECK ((expires_at > created_at))"),
    (
        "orders",
        "CHECK ((((status)::text = 'PAID'::text) = ((paid_at IS NOT NULL) AND (receipt_number IS NOT NULL))))",
    ),
    ("orders", "CHECK ((((status)::text = 'PENDING'::text) = (closed_at IS NULL)))"),
    ("order_lines", "UNIQUE (order_id, number)"),
    ("order_lines", "CHECK ((quantity >= 1))"),
    ("order_lines", "CHECK (((days >= 1) AND (days <= days_in_term)))"),
    ("payments", "UNIQUE (provider, event_key)"),
    ("payments", "CHECK (((NOT paid) OR ((amount_minor IS NOT NULL) AND (currency IS NOT NULL))))"),
    # c3, g1: a credential is a hash
    ("credentials", "UNIQUE (secret_hash)"),
    ("credentials", "CHECK ((octet_length(secret_hash) = 32))"),
    # a7
    ("catalog_versions", "PRIMARY KEY (document, version)"),
}

UNIQUE_INDEXES = {
    # b8, f10: one grant for a period, one allowance in force
    ("grants", "(wallet_id, meter, pool, period_start) WHERE (period_start IS NOT NULL)"),
    ("allowances", "(wallet_id, meter, pool) WHERE (ends_at IS NULL)"),
    # f4: a task resolves at most once
    ("entries", "(task_id) WHERE ((kind)::text = ANY (ARRAY['SETTLE', 'RELEASE', 'TIMEOUT']))"),
    # b5: one seat per member
    ("seats", "(workspace_id, person_id) WHERE (person_id IS NOT NULL)"),
    # d8: an order is paid once
    ("payments", "(order_id) WHERE (((outcome)::text = 'APPLIED'::text) AND paid)"),
}

INDEXES = {
    # what is asked often must not read a whole table
    ("wallets", "(next_due_at) WHERE (next_due_at IS NOT NULL)"),
    ("grants", "(wallet_id) WHERE (NOT closed)"),
    ("tasks", "(wallet_id) WHERE ((status)::text = 'RUNNING'::text)"),
    ("entries", "(wallet_id, at, number)"),
    ("idempotency_keys", "(created_at)"),
    ("refusals", "(at)"),
    ("refusals", "(wallet_id, at, id)"),
    ("members", "(workspace_id, joined_at, id) WHERE (left_at IS NULL)"),
    ("referrals", "(referrer_id, attributed_at, id)"),
    ("violations", "(credential_id, at)"),
    ("violations", "(person_id, at, id)"),
    ("violations", "(at)"),
    ("invitations", "(organisation_id, created_at, id)"),
    ("invitation_uses", "(invitation_id, used_at, id)"),
    ("seats", "(release_at) WHERE (release_at IS NOT NULL)"),
    ("seat_changes", "(seat_id, at, id)"),
    ("seat_changes", "(order_id) WHERE (order_id IS NOT NULL)"),
    ("subscriptions", "(id) WHERE (benefits_posted < benefits_version)"),
    ("subscriptions", "(renewal_try_at) WHERE (renewal_try_at IS NOT NULL)"),
    ("orders", "(buyer_id, created_at, id)"),
    ("orders", "(organisation_id, created_at, id) WHERE (organisation_id IS NOT NULL)"),
    ("orders", "(expires_at) WHERE ((status)::text = 'PENDING'::text)"),
}

APPEND_ONLY = {
    "entries",
    "catalog_versions",
    "client_lists",
    "order_lines",
    "payments",
    "subscription_terms",
    "seat_changes",
}

TRIGGERS = {
    # f2, f4, d8: what has ended stays as it is
    ("tasks", "BEFORE UPDATE", "<> 'RUNNING'"),
    ("grants", "BEFORE UPDATE", "WHEN (old.closed)"),
    ("orders", "BEFORE UPDATE", "= 'PAID'"),
    # b11: what says to which workspace a thing belongs never changes
    ("workspaces", "BEFORE UPDATE", "owner_id"),
    ("organisations", "BEFORE UPDATE", "workspace_id"),
    ("members", "BEFORE UPDATE", "workspace_id"),
    ("orders", "BEFORE UPDATE", "organisation_id"),
    # b11: what no key can say is looked at when it is written
    ("members", "AFTER INSERT", "members_are_of_their_workspaces_kind"),
    ("organisations", "AFTER INSERT", "organisations_are_enterprises"),
    ("seat_changes", "AFTER INSERT", "seat_changes_are_of_own_orders"),
    ("subscription_terms", "AFTER INSERT", "subscription_terms_are_of_own_orders"),
    ("orders", "AFTER INSERT OR UPDATE OF organisation_id", "orders_are_of_their_organisation"),
}
"""Table, when, and what stands in the definition besides."""

CLOSED_SETS = {
    ("entries", "kind"),
    ("grants", "kind"),
    ("grants", "pool"),
    ("allowances", "pool"),
    ("tasks", "status"),
    ("persons", "status"),
    ("workspaces", "kind"),
    ("members", "role"),
    ("credentials", "kind"),
    ("wallets", "suspended"),
    ("orders", "kind"),
    ("orders", "status"),
    ("orders", "method"),
    ("order_lines", "kind"),
    ("subscriptions", '"interval"'),
    ("seat_changes", "kind"),
}
"""Columns of enums: the ORM's enum columns need a CHECK of their own (DESIGN.md §5)."""


async def test_f1_f3_f4_f5_b4_b6_b8_b11_d8_the_constraints_that_the_rules_need_are_there(
    connection: Connection,
) -> None:
    rows = await connection.fetch(_CONSTRAINTS)
    there = {(row["of"], row["definition"]) for row in rows}
    assert CONSTRAINTS - there == set()
    assert [row["name"] for row in rows if not row["strict"]] == []


async def test_b5_b8_d8_f4_f10_the_unique_indexes_that_the_rules_need_are_there(connection: Connection) -> None:
    rows = await connection.fetch(_INDEXES)
    there = {(row["of"], _columns(row["definition"])) for row in rows if row["is_unique"]}
    assert UNIQUE_INDEXES - there == set()
    assert INDEXES - {(row["of"], _columns(row["definition"])) for row in rows} == set()
    assert [row["name"] for row in rows if not row["strict"]] == []


def _columns(definition: str) -> str:
    """Give what stands behind the table's name, without the casts that PostgreSQL adds to lists."""
    columns = definition.partition(" USING btree ")[2]
    columns = re.sub(r"'::character varying", "'", columns)
    return re.sub(r"\(\((ARRAY\[.*?\])\)::text\[\]\)", r"(\1)", columns)


async def test_f1_f4_f2_b11_d8_the_triggers_that_the_rules_need_are_on(connection: Connection) -> None:
    rows = await connection.fetch(_TRIGGERS_THERE)
    assert {row["enabled"] for row in rows} == {"O"}
    definitions = {(row["of"], row["definition"]) for row in rows}
    for table in APPEND_ONLY:
        assert any(
            of == table and "BEFORE DELETE OR UPDATE OR TRUNCATE" in text and "FOR EACH STATEMENT" in text
            for of, text in definitions
        ), table
    for table, when, what in TRIGGERS:
        assert any(of == table and when in text and what in text for of, text in definitions), (table, when, what)


async def test_every_column_of_a_closed_set_has_a_check(connection: Connection) -> None:
    rows = await connection.fetch(_CONSTRAINTS)
    for table, column in CLOSED_SETS:
        found = [
            row for row in rows if row["of"] == table and re.search(rf"\(\({column}\)::text = ANY", row["definition"])
        ]
        assert found, (table, column)


async def test_b11_every_column_that_names_a_row_refers_to_it(connection: Connection) -> None:
    """A `…_id` column without a foreign key could name what is not there, or what is somebody else's."""
    rows = await connection.fetch(
        """SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%\\_id' AND a.attnum > 0
            AND NOT a.attisdropped AND NOT EXISTS (SELECT FROM pg_constraint k
                WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))"""
    )
    assert {tuple(row) for row in rows} == set()
