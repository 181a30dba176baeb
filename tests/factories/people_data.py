"""People about whom everything is held that can be: one row in each table, with texts that are found nowhere else."""

import os
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from domain.commands import Tell
from domain.grants import GrantKind
from domain.notices import Notice
from domain.persons import PersonStatus
from domain.principals import Principal
from services.audit import record
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import make_organisation
from tests.factories.usage import hold, spend
from tests.factories.wallets import WalletRef, carry_out, give, open_in, subscribe
from tests.factories.workspaces import make_personal_workspace

_PERSON = """
INSERT INTO persons (id, kind, display_name, email, locale, time_zone, status, status_reason, status_by, created_at)
VALUES ($1, 'USER', $2, $3, 'zh-Hans', 'Asia/Shanghai', $4, 'reinstated', $5, $6)
"""
_ROWS = (
    "UPDATE persons SET default_workspace_id = (SELECT id FROM workspaces WHERE owner_id = $1) WHERE id = $1",
    """INSERT INTO identities (id, provider, subject, person_id, created_at)
        VALUES (gen_random_uuid(), 'GOOGLE', '{subject}', $1, now())""",
    """INSERT INTO traits (id, person_id, kind, hash, first_seen_at, last_seen_at)
        VALUES (gen_random_uuid(), $1, 'DEVICE', '{trait}', now(), now())""",
    """INSERT INTO one_time_codes (code_hash, purpose, person_id, expires_at) VALUES ('{code}', 'TICKET', $1, now())""",
    """INSERT INTO terms_versions (version, title, body, material, published_at, published_by, effective_at)
        VALUES (1, '{{}}', '{{}}', true, now(), gen_random_uuid(), now()) ON CONFLICT DO NOTHING""",
    """INSERT INTO terms_acceptances (id, person_id, version, accepted_at) VALUES (gen_random_uuid(), $1, 1, now())""",
    """INSERT INTO notices (id, person_id, kind, facts, created_at)
        VALUES (gen_random_uuid(), $1, 'INFORMATION', '{{"text.en": "Dear {name}"}}', now())""",
    """INSERT INTO emails (id, person_id, address, template, facts, locale, created_at, attempts)
        VALUES (gen_random_uuid(), $1, '{email}', 'notice', '{{"name": "{name}"}}', 'en', now(), 0)""",
    """INSERT INTO emails (id, person_id, address, template, facts, locale, created_at, attempts)
        VALUES (gen_random_uuid(), NULL, '{shouted}', 'invitation', '{{}}', 'en', now(), 0)""",
    "INSERT INTO referral_codes (person_id, code, created_at) VALUES ($1, upper(left('{code}', 8)), now())",
    """WITH friend AS (
            INSERT INTO persons (id, kind, display_name, locale, time_zone, status, under_review, created_at)
            VALUES (gen_random_uuid(), 'USER', 'A friend', 'en', 'UTC', 'ACTIVE', false, now()) RETURNING id)
        INSERT INTO referrals (id, referrer_id, referred_id, code, attributed_at, sign_up_rewarded_at)
        SELECT gen_random_uuid(), $1, id, upper(left('{code}', 8)), now(), now() FROM friend""",
    "INSERT INTO rate_windows (person_id, window_number, requests) VALUES ($1, 1, 1)",
    """WITH key AS (
            INSERT INTO credentials (id, kind, label, secret_hash, person_id, workspace_id, scopes, created_at, hint)
            SELECT gen_random_uuid(), 'API_KEY', 'Key of {name}', sha256('{name}'), $1, id, '{{}}', now(), 'ak_…1234'
            FROM workspaces WHERE owner_id = $1 RETURNING id, workspace_id)
        INSERT INTO violations
            (id, credential_id, workspace_id, person_id, at, client, product, surface, why, list_version)
        SELECT gen_random_uuid(), id, workspace_id, $1, now(), 'Program of {name}', 'coding-request', 'CLI',
            'UNKNOWN', 0 FROM key""",
    """INSERT INTO verb_results (caller, key, input_hash, result, created_at)
        VALUES ($1, '{name}', sha256('x'), '{{"email": "{email}"}}', now())""",
)

_MEMBERS_ROWS = (
    """INSERT INTO workspace_settings (id, workspace_id, person_id, name, value, updated_at)
        VALUES (gen_random_uuid(), '{workspace}', '{person}', 'signature', '{name}', now())""",
    """INSERT INTO invitations (id, organisation_id, workspace_id, token_hash, created_by, created_at, expires_at, uses,
            email)
        VALUES (gen_random_uuid(), '{organisation}', '{workspace}', sha256('{trait}'), '{person}', now(),
            now() + interval '7 days', 1, '{shouted}')""",
    """INSERT INTO invitation_uses (id, invitation_id, workspace_id, person_id, used_at)
        SELECT gen_random_uuid(), i.id, i.workspace_id, i.created_by, now() FROM invitations i
        WHERE i.created_by = '{person}'""",
    """INSERT INTO orders (id, kind, status, method, buyer_id, organisation_id, currency, total_minor, intent,
            reference, receipt_number, created_at, expires_at, paid_at, closed_at)
        SELECT gen_random_uuid(), 'SEATS', 'PAID', 'CHECKOUT', '{person}', '{organisation}', 'USD', 100,
            '{{"organisation_id": "{organisation}", "seats": 1}}', 'PAID-{short}', count(*) + 1, now(),
            now() + interval '1 day', now(), now()
        FROM orders WHERE status = 'PAID'""",
    """INSERT INTO orders (id, kind, status, method, buyer_id, currency, total_minor, intent, reference, created_at,
            expires_at)
        VALUES (gen_random_uuid(), 'ORGANISATION', 'PENDING', 'CHECKOUT', '{person}', 'USD', 100,
            '{{"name": "{name} Ltd", "seats": 5, "buyer_takes_seat": true, "plan": "business"}}', 'OPEN-{short}', now(),
            now() + interval '1 day')""",
    """INSERT INTO order_lines (id, order_id, number, kind, quantity, unit_minor, amount_minor, starts_at, ends_at,
            days, days_in_term)
        SELECT gen_random_uuid(), o.id, 1, 'SEATS_FOR_REST_OF_TERM', 1, 100, 100, now(), now() + interval '1 day', 1,
            365 FROM orders o WHERE o.buyer_id = '{person}'""",
    """INSERT INTO payments (id, order_id, provider, event_key, paid, amount_minor, currency, occurred_at, received_at,
            outcome)
        SELECT gen_random_uuid(), o.id, 'checkout', o.reference, true, 100, 'USD', now(), now(), 'APPLIED'
        FROM orders o WHERE o.buyer_id = '{person}' AND o.status = 'PAID'""",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A person, their wallet at home, a fresh session, and the texts by which they could be found."""

    wallet: WalletRef
    principal: Principal
    needles: tuple[str, ...]

    @property
    def person_id(self) -> UUID:
        return self.wallet.person_id


async def make_known(runtime: Runtime, tag: str = "", *, rich: bool = True) -> Known:
    """A registered person with data in every table; `tag` tells several apart. Not rich: account and session alone."""
    person, pool = uuid4(), runtime.database.pool
    name, email = f"Grace{tag} Unmistakable", f"grace{tag}.unmistakable@example.com"
    subject = f"subject{tag}-1099511627776"
    await pool.execute(_PERSON, person, name, email, PersonStatus.ACTIVE, uuid4(), runtime.clock())
    wallet = await open_in(runtime, await make_personal_workspace(person, f"Home of {name}"), person)
    principal = await make_user(runtime, person)
    trait, code = os.urandom(32).hex(), os.urandom(32).hex()
    hashes = await pool.fetch("SELECT encode(secret_hash, 'hex') FROM credentials WHERE person_id = $1", person)
    if rich:
        facts = {"subject": subject, "trait": trait, "code": code, "name": name, "email": email}
        for statement in _ROWS:
            text = statement.format(shouted=email.upper(), **facts)
            await pool.execute(text, *([person] if "$1" in text else []))
        ref = await make_organisation(runtime, admin=person)
        places = {"person": person, "workspace": ref.workspace_id, "organisation": ref.id, "short": code[:16]}
        for statement in _MEMBERS_ROWS:
            await pool.execute(statement.format(shouted=email.upper(), **facts, **places))
        await give(runtime, wallet.id, 100)
        await give(runtime, wallet.id, 50, GrantKind.PURCHASED)
        await subscribe(runtime, wallet.id, "plus")
        notice = Tell(Notice("INFORMATION", {"workspace": str(wallet.workspace_id)}))
        await carry_out(runtime, wallet.id, spend(3), hold(5, hold_for=timedelta(days=60)), spend(100_000), notice)
        async with runtime.database.transaction() as connection:
            facts_ = {"status": "ACTIVE"}
            await record(
                connection, runtime.clock(), uuid4(), "suspendPerson", person, before=facts_, after=facts_, reason="why"
            )
    return Known(wallet, principal, (name, email, subject, trait, code, *(row[0] for row in hashes)))
