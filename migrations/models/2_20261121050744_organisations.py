from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE organisations (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL UNIQUE REFERENCES workspaces (id),
            created_at timestamptz NOT NULL,
            CONSTRAINT organisations_in_their_workspace UNIQUE (id, workspace_id)
        );

        CREATE TABLE orders (
            id uuid PRIMARY KEY,
            kind varchar(16) NOT NULL CHECK (kind IN ('ORGANISATION', 'SEATS', 'RENEWAL')),
            status varchar(16) NOT NULL CHECK (status IN ('PENDING', 'PAID', 'FAILED', 'EXPIRED')),
            method varchar(16) NOT NULL CHECK (method IN ('CHECKOUT', 'BANK_TRANSFER')),
            buyer_id uuid NOT NULL REFERENCES persons (id),
            organisation_id uuid REFERENCES organisations (id),
            currency varchar(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            total_minor bigint NOT NULL CHECK (total_minor >= 0),
            intent jsonb NOT NULL,
            reference varchar(32) NOT NULL UNIQUE CHECK (reference <> ''),
            receipt_number bigint UNIQUE CHECK (receipt_number >= 1),
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
            paid_at timestamptz,
            closed_at timestamptz,
            CONSTRAINT orders_paid_have_a_receipt
                CHECK ((status = 'PAID') = (paid_at IS NOT NULL AND receipt_number IS NOT NULL)),
            CONSTRAINT orders_closed_have_an_instant CHECK ((status = 'PENDING') = (closed_at IS NULL))
        );
        CREATE INDEX orders_of_buyer ON orders (buyer_id, created_at, id);
        CREATE INDEX orders_of_organisation ON orders (organisation_id, created_at, id) WHERE organisation_id IS NOT NULL;
        CREATE INDEX orders_to_expire ON orders (expires_at) WHERE status = 'PENDING';
        CREATE TRIGGER orders_stay_paid BEFORE UPDATE ON orders
            FOR EACH ROW WHEN (old.status = 'PAID') EXECUTE FUNCTION refuse_change();

        CREATE TABLE order_lines (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders (id),
            number int NOT NULL CHECK (number >= 1),
            kind varchar(32) NOT NULL CHECK (kind IN ('SEATS_FOR_TERM', 'SEATS_FOR_REST_OF_TERM')),
            quantity bigint NOT NULL CHECK (quantity >= 1),
            unit_minor bigint NOT NULL CHECK (unit_minor >= 0),
            amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
            days int NOT NULL CHECK (days BETWEEN 1 AND days_in_term),
            days_in_term int NOT NULL,
            CONSTRAINT order_lines_in_order UNIQUE (order_id, number)
        );
        CREATE TRIGGER order_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_lines
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE payments (
            id uuid PRIMARY KEY,
            order_id uuid NOT NULL REFERENCES orders (id),
            provider varchar(32) NOT NULL CHECK (provider <> ''),
            event_key varchar(255) NOT NULL CHECK (event_key <> ''),
            paid boolean NOT NULL,
            amount_minor bigint CHECK (amount_minor >= 0),
            currency varchar(3) CHECK (currency ~ '^[A-Z]{3}$'),
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            outcome varchar(32) NOT NULL CHECK (outcome <> ''),
            operator_id uuid REFERENCES operators (id),
            CONSTRAINT payments_once_per_event UNIQUE (provider, event_key),
            CONSTRAINT payments_say_how_much CHECK (NOT paid OR (amount_minor IS NOT NULL AND currency IS NOT NULL))
        );
        CREATE INDEX payments_of_order ON payments (order_id);
        -- however often and by whomever it is reported, an order is paid once
        CREATE UNIQUE INDEX payments_take_effect_once ON payments (order_id) WHERE outcome = 'APPLIED' AND paid;
        CREATE TRIGGER payments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE subscriptions (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL UNIQUE REFERENCES workspaces (id),
            organisation_id uuid UNIQUE,
            plan jsonb NOT NULL,
            interval varchar(16) NOT NULL CHECK (interval IN ('MONTHLY', 'ANNUAL')),
            currency varchar(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            anchor timestamptz NOT NULL,
            zone text NOT NULL,
            auto_renew boolean NOT NULL,
            benefits_until timestamptz NOT NULL,
            benefits_version int NOT NULL CHECK (benefits_version >= benefits_posted),
            benefits_posted int NOT NULL CHECK (benefits_posted >= 0),
            mandate text,
            renewal_try_at timestamptz,
            warned_at timestamptz,
            created_at timestamptz NOT NULL,
            CONSTRAINT subscriptions_in_their_workspace UNIQUE (id, workspace_id),
            CONSTRAINT subscriptions_of_their_organisation
                FOREIGN KEY (organisation_id, workspace_id) REFERENCES organisations (id, workspace_id)
        );
        CREATE INDEX subscriptions_to_post ON subscriptions (id) WHERE benefits_posted < benefits_version;
        CREATE INDEX subscriptions_to_renew ON subscriptions (renewal_try_at) WHERE renewal_try_at IS NOT NULL;

        CREATE TABLE subscription_terms (
            id uuid PRIMARY KEY,
            subscription_id uuid NOT NULL REFERENCES subscriptions (id),
            number int NOT NULL CHECK (number >= 1),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
            unit_price_minor bigint NOT NULL CHECK (unit_price_minor >= 0),
            order_id uuid UNIQUE REFERENCES orders (id),
            CONSTRAINT subscription_terms_in_order UNIQUE (subscription_id, number)
        );
        CREATE TRIGGER subscription_terms_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_terms
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE seats (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            number int NOT NULL CHECK (number >= 1),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz CHECK (ends_at >= starts_at),
            person_id uuid,
            assigned_at timestamptz,
            release_at timestamptz CHECK (release_at >= assigned_at),
            CONSTRAINT seats_in_order UNIQUE (organisation_id, number),
            CONSTRAINT seats_in_their_workspace UNIQUE (id, workspace_id),
            CONSTRAINT seats_of_their_organisation
                FOREIGN KEY (organisation_id, workspace_id) REFERENCES organisations (id, workspace_id),
            CONSTRAINT seats_of_members FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id),
            CONSTRAINT seats_held_since CHECK ((person_id IS NULL) = (assigned_at IS NULL)),
            CONSTRAINT seats_released_were_held CHECK (release_at IS NULL OR person_id IS NOT NULL)
        );
        CREATE UNIQUE INDEX seats_one_per_member ON seats (workspace_id, person_id) WHERE person_id IS NOT NULL;
        CREATE INDEX seats_to_settle ON seats (release_at) WHERE release_at IS NOT NULL;
        -- whoever joins looks for the first one, however many are held
        CREATE INDEX seats_free ON seats (organisation_id, number) WHERE person_id IS NULL;
        CREATE INDEX seats_pending ON seats (organisation_id, number) WHERE release_at IS NOT NULL;

        CREATE TABLE seat_changes (
            id uuid PRIMARY KEY,
            seat_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            at timestamptz NOT NULL,
            kind varchar(16) NOT NULL CHECK (
                kind IN ('ADDED', 'ASSIGNED', 'VACATED', 'REASSIGNED', 'RELEASED', 'RETIRED')
            ),
            person_id uuid,
            actor uuid,
            order_id uuid REFERENCES orders (id),
            CONSTRAINT seat_changes_in_the_seats_workspace FOREIGN KEY (seat_id, workspace_id) REFERENCES seats (id, workspace_id),
            CONSTRAINT seat_changes_of_members
                FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id),
            CONSTRAINT seat_changes_name_the_member CHECK ((kind IN ('ADDED', 'RETIRED')) = (person_id IS NULL))
        );
        CREATE INDEX seat_changes_of_seat ON seat_changes (seat_id, at, id);
        CREATE INDEX seat_changes_of_person ON seat_changes (person_id) WHERE person_id IS NOT NULL;
        CREATE TRIGGER seat_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seat_changes
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE seat_periods (
            id uuid PRIMARY KEY,
            seat_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            person_id uuid NOT NULL,
            period_start timestamptz NOT NULL,
            CONSTRAINT seat_periods_one_person UNIQUE (seat_id, period_start),
            CONSTRAINT seat_periods_one_seat UNIQUE (workspace_id, person_id, period_start),
            CONSTRAINT seat_periods_in_the_seats_workspace FOREIGN KEY (seat_id, workspace_id) REFERENCES seats (id, workspace_id),
            CONSTRAINT seat_periods_of_members
                FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id)
        );

        CREATE TABLE invitations (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
            uses_max int CHECK (uses_max >= 1),
            uses int NOT NULL CHECK (uses >= 0 AND uses <= uses_max),
            email text CHECK (email <> ''),
            revoked_at timestamptz CHECK (revoked_at >= created_at),
            revoked_by uuid,
            CONSTRAINT invitations_in_their_workspace UNIQUE (id, workspace_id),
            CONSTRAINT invitations_of_members
                FOREIGN KEY (workspace_id, created_by) REFERENCES members (workspace_id, person_id),
            CONSTRAINT invitations_revoked_by_members
                FOREIGN KEY (workspace_id, revoked_by) REFERENCES members (workspace_id, person_id),
            CONSTRAINT invitations_of_their_organisation
                FOREIGN KEY (organisation_id, workspace_id) REFERENCES organisations (id, workspace_id)
        );
        CREATE INDEX invitations_of_organisation ON invitations (organisation_id, created_at, id);
        CREATE INDEX invitations_of_person ON invitations (created_by);
        CREATE INDEX invitations_of_email ON invitations (lower(email)) WHERE email IS NOT NULL;

        CREATE TABLE invitation_uses (
            id uuid PRIMARY KEY,
            invitation_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            person_id uuid NOT NULL,
            used_at timestamptz NOT NULL,
            CONSTRAINT invitation_uses_in_the_invitations_workspace
                FOREIGN KEY (invitation_id, workspace_id) REFERENCES invitations (id, workspace_id),
            CONSTRAINT invitation_uses_of_members
                FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id)
        );
        CREATE INDEX invitation_uses_of_invitation ON invitation_uses (invitation_id, used_at, id);
        CREATE INDEX invitation_uses_of_person ON invitation_uses (person_id);

        CREATE TABLE workspace_settings (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            person_id uuid NOT NULL,
            name varchar(64) NOT NULL CHECK (name <> ''),
            value text NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT workspace_settings_once UNIQUE (workspace_id, person_id, name),
            CONSTRAINT workspace_settings_of_members
                FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id)
        );

        ALTER TABLE wallets
            ADD benefits_until timestamptz,
            ADD suspended varchar(32) CHECK (suspended IN ('SUBSCRIPTION_EXPIRED', 'MEMBERSHIP_ENDED')),
            ADD enterprise boolean NOT NULL DEFAULT false;
        UPDATE wallets SET enterprise = true WHERE workspace_id IN (SELECT id FROM workspaces WHERE kind = 'ENTERPRISE');
        CREATE INDEX members_of_workspace ON members (workspace_id, joined_at, id) WHERE left_at IS NULL;
        CREATE INDEX members_who_administer ON members (workspace_id, person_id) WHERE role = 'ADMIN' AND left_at IS NULL;

        ALTER TABLE entries
            DROP CONSTRAINT entries_kind_check,
            ADD CONSTRAINT entries_kind_check CHECK (
                kind IN (
                    'GRANT', 'EXPIRE', 'REVOKE', 'RESTORE', 'CONSUME', 'HOLD', 'EXTEND', 'SETTLE', 'RELEASE', 'TIMEOUT',
                    'ALLOWANCE_STARTED', 'ALLOWANCE_CHANGED', 'ALLOWANCE_ENDED', 'BENEFITS_CHANGED', 'BENEFITS_SUSPENDED',
                    'NOTICE'
                )
            );

        -- B11: what a key can say, a key says
        ALTER TABLE persons ADD CONSTRAINT persons_begin_where_they_are_members
            FOREIGN KEY (default_workspace_id, id) REFERENCES members (workspace_id, person_id);
        ALTER TABLE credentials ADD CONSTRAINT credentials_of_members
            FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id);

        -- and the rest is checked at the end of each statement that could connect two workspaces; it holds because what
        -- it depends on never changes
        CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            RAISE EXCEPTION 'a row of % stays where it is', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $body$;
        CREATE TRIGGER workspaces_keep_their_kind BEFORE UPDATE ON workspaces FOR EACH ROW
            WHEN (old.kind <> new.kind OR old.owner_id IS DISTINCT FROM new.owner_id) EXECUTE FUNCTION refuse_move();
        CREATE TRIGGER organisations_keep_their_workspace BEFORE UPDATE ON organisations FOR EACH ROW
            WHEN (old.workspace_id <> new.workspace_id) EXECUTE FUNCTION refuse_move();
        CREATE TRIGGER members_keep_their_workspace BEFORE UPDATE ON members FOR EACH ROW
            WHEN (old.workspace_id <> new.workspace_id OR old.person_id <> new.person_id
                OR (old.role = 'OWNER') <> (new.role = 'OWNER')) EXECUTE FUNCTION refuse_move();
        CREATE TRIGGER orders_keep_their_organisation BEFORE UPDATE ON orders FOR EACH ROW
            WHEN (old.organisation_id <> new.organisation_id OR (old.organisation_id IS NOT NULL
                AND new.organisation_id IS NULL) OR old.buyer_id <> new.buyer_id) EXECUTE FUNCTION refuse_move();

        CREATE FUNCTION members_are_of_their_workspaces_kind() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF EXISTS (SELECT FROM added a JOIN workspaces s ON s.id = a.workspace_id
                    WHERE (a.role = 'OWNER') <> (s.kind = 'PERSONAL') OR a.person_id <> s.owner_id) THEN
                RAISE EXCEPTION 'a personal workspace has its owner for a member, and an enterprise workspace no owner'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER members_of_their_workspaces_kind AFTER INSERT ON members REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION members_are_of_their_workspaces_kind();

        CREATE FUNCTION organisations_are_enterprises() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF EXISTS (SELECT FROM added a JOIN workspaces s ON s.id = a.workspace_id WHERE s.kind <> 'ENTERPRISE') THEN
                RAISE EXCEPTION 'an organisation has an enterprise workspace' USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER organisations_in_enterprise_workspaces AFTER INSERT ON organisations
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION organisations_are_enterprises();

        -- the organisation of an order that founds one comes with its payment, after its seats and its term
        CREATE INDEX seat_changes_of_order ON seat_changes (order_id) WHERE order_id IS NOT NULL;
        CREATE FUNCTION seat_changes_are_of_own_orders() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF EXISTS (SELECT FROM added a JOIN orders o ON o.id = a.order_id JOIN seats s ON s.id = a.seat_id
                    WHERE o.organisation_id <> s.organisation_id) THEN
                RAISE EXCEPTION 'a seat changes by an order of its own organisation'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER seat_changes_by_own_orders AFTER INSERT ON seat_changes REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION seat_changes_are_of_own_orders();
        CREATE FUNCTION subscription_terms_are_of_own_orders() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF EXISTS (SELECT FROM added a JOIN orders o ON o.id = a.order_id
                    JOIN subscriptions s ON s.id = a.subscription_id
                    WHERE o.organisation_id <> s.organisation_id) THEN
                RAISE EXCEPTION 'a term is paid by an order of its own organisation'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER subscription_terms_by_own_orders AFTER INSERT ON subscription_terms
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION subscription_terms_are_of_own_orders();
        CREATE FUNCTION orders_are_of_their_organisation() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF NOT EXISTS (SELECT FROM organisations g JOIN members m ON m.workspace_id = g.workspace_id
                    WHERE g.id = new.organisation_id AND m.person_id = new.buyer_id)
                OR EXISTS (SELECT FROM subscription_terms t JOIN subscriptions s ON s.id = t.subscription_id
                    WHERE t.order_id = new.id AND s.organisation_id <> new.organisation_id)
                OR EXISTS (SELECT FROM seat_changes c JOIN seats s ON s.id = c.seat_id
                    WHERE c.order_id = new.id AND s.organisation_id <> new.organisation_id) THEN
                RAISE EXCEPTION 'an order is of one organisation, and of a member of it'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER orders_within_their_organisation AFTER INSERT OR UPDATE OF organisation_id ON orders
            FOR EACH ROW WHEN (new.organisation_id IS NOT NULL) EXECUTE FUNCTION orders_are_of_their_organisation();
        """


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        -- entries of the new kinds stay, and so do the kinds: the ledger is append-only
        ALTER TABLE credentials DROP CONSTRAINT credentials_of_members;
        ALTER TABLE persons DROP CONSTRAINT persons_begin_where_they_are_members;
        DROP TRIGGER members_of_their_workspaces_kind ON members;
        DROP TRIGGER members_keep_their_workspace ON members;
        DROP TRIGGER workspaces_keep_their_kind ON workspaces;
        DROP INDEX members_who_administer;
        DROP INDEX members_of_workspace;
        ALTER TABLE wallets DROP COLUMN enterprise, DROP COLUMN suspended, DROP COLUMN benefits_until;
        DROP TABLE workspace_settings, invitation_uses, invitations, seat_periods, seat_changes, seats,
            subscription_terms, subscriptions, payments, order_lines, orders, organisations;
        DROP FUNCTION members_are_of_their_workspaces_kind(), organisations_are_enterprises(),
            seat_changes_are_of_own_orders(), subscription_terms_are_of_own_orders(),
            orders_are_of_their_organisation(), refuse_move();
        """


MODELS_STATE = (
    "eJztPWtz4riWf0XFl+muolM96dcsvbVVJHEn3EkgC6R7eocpEFgE3xiZa5ukmd3731dHso"
    "1tZAc7PAStD902lo7lnGPrvM/538rUMYntndRt23nCdEQqNfS/FYqncLI6WEUVPJsth+CC"
    "j4c2n43DafwyHnq+i0c+Gxlj2yPskkm8kWvNfMuhML/tPCFnjAamM8UWPVmCLxccfEYz15"
    "pid4EeyAK9emKTiN+3zCqi8+mQuK9PYC3TGbHFLHq/2dvOqfWvOen7zj3xJ8RlN//zL3bZ"
    "oib5wf7I4OfsoT+2iG0mMCduAzfhY31/MePXG9T/wifDUw/7I8eeT2kSYLbwJw6NICzqw9"
    "V7QomLfWLG8Ennth0gP7wkHpld8N05iZ7VXF4wyRjPbaAKQIunWF6r9PvNVrffMbr9fmWF"
    "YiFEDNvBpZFDgdrsWT2Ohnt4hDenv77/9P63dx/f/8am8MeMrnz6t1h6iR0ByHHU7Fb+zc"
    "exj8UMjuwldiN6rSL47q5xIcdwAiiF5PncMk8AtAyqwwtLXC9f+B0gOweT51f19qt3H1/z"
    "v9jx/HuXD3IkcRTHUOq4D94Mj0hRrKbgNGJTiJ0SX7YRdMmPjJ0gAkihkj3acSGxa/zRhT"
    "tPPe9fNlxofq23OWZv6n9w1E4Xwch1q3kZTncYVxEMp3l+3TpLoXvmOPYqts8n2DXYFssx"
    "3mAPGHKzBOZDWJURX7mpN5o1BP/36LdG86L1rYbEMc0JM/bmKf7Rtwm99yfs568fcwgUku"
    "NX8aLHEB+MnPKhJAHw1JkLlpUkwZl1n8n8ljCbYX57fucD9vcfp6fv3n06ffvu428f3n/6"
    "9OG3txEfXB3KY4hnjUvgiQkShExyifjRAoZW8P6PTqspx3oEkEK6aY189H/ItrxDRH4OHg"
    "EV+RtOem9Jbe9wg/SGw3aSiSPZ4C8YynxrSjLe+AgqjfwA7CQ8OS4SdBs3Rqdbv7lN0OGi"
    "3jVg5DSx6YdXX6W3n+gmbOPrXiH4if6n1TTS5Irmdf+nAs+E577Tp85TH5txnISXw0sJ8n"
    "rO3B1JPqts/r2EUJmPKMvACTW9PpYwkPwPKga2gS8qUJYOgQaH9kE5M0K9PqPP3JN8VmdM"
    "BCOYymmcBk0RehiIb8fzgZ21WtcJup410l/Q3c2ZwSQ0TlA2yfIzpIN7F1OGkj6TsyyJgJ"
    "z/ca0A609MtU8MLFHjh5i1BC4M8ejhCbtmf2XEOXWy5q4OTU+n6SuY4ntOJMAmPGdgKjzH"
    "Prad+6/E9QQBVoyJqRnVPIviSMztP4rJa9oVb+OmPUb5+ZRQv4qCm7z+jAaM9j67NkCWh/"
    "wJQd3WzTXyGUdH2EOWj57YwXawScxV8+LG7/4CK+PjEolrmhljENrO+KydMSRvEfEvDqMF"
    "wBICYPD5FMF5DESjvATKvQk+/fBRZrOhbKvLUHMimLQYtvCFB+h4kH4W2AIipDOcnzWa9f"
    "Z3OdbPJLaDs+9do57Cu+ACJbSdBKC2IGhpLEMac4nJ9kUL21JJbDmaL4VF89YUwOpoSLBL"
    "XLSEPEEtai+4ONS5qr9hOwf4aC3fQx5hs3yQlR7IzP/MpwTXJkxQgplM+zCdKRqy6avy2D"
    "YX69EeHcQ9XAPENkTXefIQZnDuozUiXBD0HeRQgqKpTAr0Rkxd9QaIPRtcN9ni89EERMDB"
    "3GPkqj25TFkbnKA6u5MHQhnybIthssbWJD9mFnsF2Qc+QFPnkXjoyfInaA7YpoQJceyPXj"
    "jURIPA7sHuM2AfM7G51Pk0wT6aEWdmw59H0Kte5XziOlPCnhJdW3T+o1d5sYu7mJ9w897B"
    "5yXPyn+O53QEbyXiK8F/7/+rsvs961l3YbYI+sD+vrL+rBBWZZmo0jE6nUarWUPBSY9e3r"
    "E9tx9dT/zs0Y7R/to4N/q/G98BJvrRo61bo13vttpiKP5LDc8Y/z6LiLURgMoEVFeo5ft6"
    "n+3rk4KSbRJQi7dlxdsZcT2GuWKMIgH0An5xOPbFAsEkgczRx6MReMwLolYOrXGcxDET29"
    "if7LgFkZsC01hVLr7sKPEq1IxVjNZdF2fxtwgkhczji/gASeHPv9IGRpfAH1fC7JKE1HYX"
    "5ewuiUCCSIcuSuYkpPZ1Kk1lHS5y1PS1sef3PUJoGSt5ClZTWmVKu+TReSjFlpOQmsqqUV"
    "kRb0hHqL91of1WJB6R1IxqnlckpUyv7RoJ3QY+2OhdMnNc30PcI4Acl13ApofG7EyY72sI"
    "oxHMBBQgxrWqcMEx2euC7tkL/IQXMpfIdhbRzgIllL9sZwE/ruA528Acztf25TJxKlqN1A"
    "xrqwzLoL67kPEpMZDLngibYpXMxA5gxTKDKnqaWKMJAiejCb5lxybIomgwdMzFBhK0N7sa"
    "d9nPmERoOXOPO8MHYgi9Qb+yu0+xSdBQBAfAPjrEHkFsKcYUx8SFRwRnPqYIHmsBz8ljBB"
    "j+kVithjwHUSdYsEfZCtwhP7U8j0GfoIFLRo4rwnMCbzyhYdwnOP19QqtoAIMMgDHpcBzC"
    "RRlXYncYwUruAGGPibWcUVv+tjLS8/LyjjEpfSdZeTp1fetSkFKuheNE7NHHnly2681uDf"
    "FDjxp/3DbaRg2JY4+2ja+t39lvcYTfnW6rzS/wkx49bzU7dzfsSnDSo1et64sagv/hfl2j"
    "eQH3gyNErnS71wYErcAR7ndt1Dv8fvykR0Fead2xJwpOerR+fd36Vm+eG30mx7S7Brvdyq"
    "X4LEbd5mVyVnApPos9TnIOv9CjZ0bT+NLodpa3SV+JzencdW6DG61e61GG98Y5++PEMS0E"
    "rBOBc/p+jQic0/eZETgwlMrVLSyqaxFdURE9aTmMBK7ipsMEqCa00oTWtVR2auHQpTz2VM"
    "rDZ4pfQWE2BqJDZFKGOq5NF0HmEkLjMolLsMKsYjK7xkw4X5eYKVhiRhET5CVk/lckJkgx"
    "UM0zQfKqAeUskAJULLKG0Q/VOdfxwFDI3rO5h6npT7wqz/JBeIZdH2x+51fG+e+SFKJdL6"
    "7rSiqa762Nc9o4dyiI1brQTnUhXVdyz9lzR2+M7jQum/272xoKTsBA/MVot+vXYCEWZz16"
    "227dtLqNVhMux370aP3iH3ed7o0BFu3leZBOGaRRMvjrOiMz/M/O7wDbHbDgRqdqEJvR0f"
    "XLxPUmALU1T2lrng7dPm76BlXjitkPY0DagFjagDj3iuI9hNBIL430SYDX9ZEeQmikl0a6"
    "S8BmA89VCPMJMI3+0ui38azwVrOE0YgvjXgc78mzpi0wAVMK94pJS5uxByYKVliO2edKRF"
    "GxNA2rZVOVZVNd1j2HmFsq6y7lE3n1viMYXeh7/ULfI9uRc+Q8TC+BNKrzUa2IX7ZhkunM"
    "8QkdLX4n0hyR1IxqnqfWWs7tP5BFmTrbImQCnJ6L1yfIsMCxyVMnRB4FT0SEnyNnOoV0iy"
    "eXrVeFbES46pLx3MO2mGb56N7xn6m8vZ31XuCZfSCSwAgwT8u/uGD6ZnjJfp2yyaDdDx/W"
    "idr98CE7bBfG8v20e4roOaBdroAj0aKzeZkyeUk4XSUvLRetWyVPBx1s/JUmYX7k+kaJCO"
    "SI9OKdm+I4U13Fe3Z4YAzkRRGCiuF/FwGCOhX9paQ4CKOFOvoG9S0/S9MQY8/pGDBr7Zz0"
    "Opq5ziODcn+B0unDf5KRL+R1z7qnPNoSQxl2US/2MxIvHPyMAGWVUTZzU4me8GclnMHVRn"
    "Hvyl+6QIpKBVLiJCoVyRWDV9kMWLlstS4h11Qce/SSbU53Z+w3P/bohfHVuG7dimih2I/0"
    "F7On8J/g61mhUo55dgmiMmGUtc/utVb3ASG/SN6Rlsq0VLbdinZMaLmb3WD3QSaXxUZzJT"
    "MQffrzWX/KZq4tnD2QBTGhac4EUmewTK5yXHb9kbgW+2tMRN5MsRVYXCfYFO142Mpv5jPe"
    "uiejuc9W1oEiQR0fL5ioN/YDu3FQxw+q8DAMEfYpVaHSD7/PyJlCYSBeHo+NUweK6gH52H"
    "r4nr3Vn5EHd2MDE5gIzXqcuTBAsz/gpablaUDCdW3L4fyjMy5/XKcixMfsihAf3z9rWdZ7"
    "tt6zt6tJ00fLx35Gd9zYaO6ebUXz1t6xbYs+nKCWaITmOw+EIifdJi1ojHYCPcqIxzjCjw"
    "FqOhQqhHqI/UkLOML2RXhfM4+98tJde6trSZVvIYMmssa07q2U7u2495haHn9pi/ZWWQXV"
    "2oZOtNwNYvn2VcI/moTT/tFqSf9oKFgNJR69HId/Akq/1No28bPIuYr2wNFk3h6ZQwF6lc"
    "h5+V4RyBGFPGwsFQDwUxCdpVGp2qexaVxCrlWhxrcRQCkLlmJv5q49ObqPzs+w5Ye0KiYV"
    "J6F0cTt14vkje96dRyq5hkGYUF3PNtgP2dLz9sGOMyVQrA/907EoMaFiGeZmvCpyoEkBOF"
    "nA07Fq7SsEqVsIKfDOV3OsdLGXpyDC04Ba59YWut0gVseubBylUA6khAQZA9MmA+XkR0Vk"
    "nTNMKWf9K0JOMJIr3Qz5nLW9nj5TMnkHJWjStAA5pQoSiu2MsM0AvInzRHl/qT+j0mFVFJ"
    "SYej2oIjyEQI4nnk6IH4iHyHgMQSfs90CcWo8EOj3J3KC7W5y3vRozXHgD7i1l355Hwu5V"
    "1PGtEfFELAv7RF0PMfHrMxr4DnuReQgMb1QFc6FnLp8DrbcgLxKuWq5XFeVtQZwz2SC7s2"
    "V61R6F3MrgPv5AtLKCWcCz4B7ches68/uJFv/U2eezxb+jr7LYNdo3nRriB6imyHvU8EOP"
    "XjQ6561mt9G8q0NRxRpKXejRRvNLq30TjMZ+pL/9/YRNw3azSrzs7Ktwvi7O/oLcK77pFs"
    "F6BKDR/gK0x9lfYd9WClZbOlWTVJPxF6GQUkQASEJpS2c6psUuo97FwPQ3o/I3o+sn/wRE"
    "1vWTj5u+OvDtuHx8Bo9qkJi9jDDcIaedO0xZ1+hFwySo0GQz94fOj2rYfDy8zG5DPSwMFs"
    "5YmJksH/nEtr0q8gj1g8bo0J/dDJumC8uOxNq1q1W1DUmBT6qaY0PaqzvmcPhRAXGdMQ02"
    "KLEyZIdQxUBUtscpG0Xlk+nMZugpgvM4jEZ6CaRrW9pebGnCH1XW7L+EVvmdrxjNy+tG56"
    "qGCCR/N25urxtfGsZF//yq0TQ6Rg39PXlzhUU65f5N+To/o9SmdGgqHvaBZ8j2vOwi/jEQ"
    "HW0uiTanjD/3AyyV+H4k4NpMovI3BCpjGUvnEkzTV2X6QkRKn7iuU6jbaRJK55GsJ4wrYi"
    "lr8oClisRUFoxU82xlQbjTmsayIDoK+Q5yKIkqP0LhiifHNT0eTjXFJkFj15miAUS5DLiJ"
    "Koy3CgxbTO4SdYlsTO/n7A+TRYRtdzFtGlPCcKOoaUw1wW8ztjF5xFo2YziEKDWleII20O"
    "zdQKOtAT+FpAtMvVTaLtZROarSVxGJukVJl9H/nP2SidXx4VzZmkmtfXiR2Otnritit9KV"
    "315NyI/XYXIC3ChWCw5KdEKheGwzgSfKSvCI54HgF/ZrAlM0k5bHjsQRvf3lXiBmw/IZta"
    "Sy63kmgHRRz5Tx/PminrO5yz7l0g6OGLjKQmPF+IMhpHlp1FB41qPdxvnvRreGxFEN34ZW"
    "grZRzmu5jRVB6wqgDr1I5RnoClrHKpopl+98OB/QQdBXEdG7Pjct3+Dt5SSSd2w0V/DGMK"
    "8PXerW7qD0beKg0QRT9lQ8zLIqjMoindgJLvHeqJPFCarPZoSab6BMcw1h9i5a9/fEFZ1S"
    "icfmLURte/ZgEsv2ltfShm0l2GK2iF1869RsUdFtMxGfMvJlbtfs7ycC0CJ6SpB8JO6wiJ"
    "8inK+yyqmsn8LHLuMURV7cJYR+c1PIHJKx40qsJ9lenyWEdvu8wO2TkfScjfesfGeN9iJo"
    "dwn2RP+VdffqJYTerQ8r0qg1A8I40mpU0Vg11yMSzCpaZxPKK7lzCg4HCxrPej5mLwRMyy"
    "mx+QyQVpOUYJ3ZahI/FthYwvl6WykhBOqoiVKkOAQdVRXuAbXwpKzDNZ+rY8jr6K2f0c2n"
    "n6ABoyChPvdUQwSpM0YD05lCeWVxw5NGs2s0u51BFQ1cMiYuoSMyEIY4jIaYPogMbDaC4K"
    "Fl7du2uRovVJjq5xX53WGN0OducX/7Z/EbWn9S1Gpf1puNDq+4FtQhHDHO6PF+mzyIdoYX"
    "U/bAJ/A0I8IQ2Kfz6ZC4gx4VJ2KdGbZMWMyLOnVidI9nmoceAg89+hKF8de8lnjpe7Rj1L"
    "udGuKHHm0bTeNb/bqGgpP0p7wf/z7DvT+XRImuR6IltNJEujWaF43mZQ0FJz16W29csJ/s"
    "/x79Um9cG+yXOPao8cdtow0XghM1CDVlO5xT+ltaQitNqPMr4/z31l23hsKzHj2rN3/vd9"
    "v1ZueL0a6hxE81SDOcL4hbMJYjDqONmCmEKtN99HCc/EXij+YuiH6SQlU5UY0xGJV3kJJh"
    "je/W2BLeZe4I71Zq+zo+tvtTi8r8cWfWfWa+eArwmFLG/+P09N27T6dv33387cP7T58+/P"
    "Y2yh1fHcpLIj9rXEIeeYIWq4nlQhkqYo9fQmiD/IsM8oFmWWR7SQAdXdD0u9N1tpfT7P3l"
    "NL3BJBXmYnvMKuxGWkruF9972WO0zbLMrnMQNksdVfzTkRnsjCVoHAPTUcUq03dkO+Xixh"
    "OAmsaq0Vgl99K1RUkly8XEB6vPupn6Npu3dkEUmBx4XDh0FWEv7feJVpf2vSpxB4nb5c/g"
    "4YXJJZAt/9LOGJWcMXEKrW9PM7WdMsuSlqV+ZepeL9S5VMPipqsBHr23kLsC+19a7T70NA"
    "tcg9HvwGPIf7cZL+y3vqzMi18v4/3YvC3iX3NMfcuXmJPzrBBxqGP6FnZsgmB/vV/G0JyE"
    "0wQoTQA8dea0FAnSkJoIpYmgOygdqW6nXAclTeDtEdjEiyK1tcPpx7RvbkySBuT0LYYV4k"
    "4L4jQOpnEb4FYRI9OtCJmtSExM4VA1z8AUhNyuXZMA+7wruEtmjsvoHfQ4Dy1FNUTwaAL9"
    "0qmI+kUz13m0eMtxpqJVeWgxdFNHI/asvA25n6gnICtNsIslpfar8EYwgd+//0AW2oSlTV"
    "iKbmubMWHF3/p1ozXiMCqbW5QJ11huJwWwnAA6QjSffviwBp7ZrExE87HU64xle8OZ49gE"
    "02wHrgTFQwZzgDjO06VbreuELnDWSCfm3d2cGe1Xv3KMs0mWr6bVQzEP6p6ij/YRxqsa5r"
    "cZxeuMOLrKhAykQLXhQWnDA4+IfCxF6BSoJrTShGaaJOSgFtkxYyBHKINtXtQNK2wU1dGS"
    "YDplRxmTUyuWUFWRhjbFxqv50U3LmUVy6ZdQJ6jhezw3HTLOg0ZMD94Mj8gvWbnxRaCldi"
    "HxRkZT4Q3VRiGljEIJ2hTAdxput5hXctPR6Q0/hVCkCG+5IDbJ4ivRWC5PMYNZa8fLuoS9"
    "QB6vc8xhCbgW8GgEVokaGmHbJiaCvw6JuohoYDKOgP1BlfESNu66FpsALgleM5mxCcZkJF"
    "XAtrqSLnuixFapWwfukBsFn1NJLT0JqzmSchwpEbzA98GiRF5CafIqTV7B+vrA+srIlivQ"
    "OiVLZWqb0IWuxNe8BNP0VY2+iqgPxg+IEapIlIdgJFd1IHzO2m0RmfjujibWIw8qggijoO"
    "3JhD1qGKQU9Ag/QYOZ6wCSPV4tkV8fEeqzP6OKBp71N+G9wYcLX1bScctraeVBCclWKw87"
    "VB6gTmHplpIRsMoOoMp/3xl3ULRQHHu0fdds8pqHwQkUoKxffIfyk+xwKFUPw71tlXaZES"
    "ZxEB2/LMuWYTxhFZ95QTshhA7WKZ2hNMGnHz7KsE6xu8jAegSTDk0DXn54mM9DYlBcLBJ4"
    "2ZZw1mjW29/lNeXPJMXIzr53jbo2Gm2IIgehh8RJPbao5U1KUToFqvVNlemsUDUuTeXjtS"
    "rc4jzLAh+tPm9d6M/w2iaGOppZZBSW4gkMAJ/RzLWmTERAD2SBXgV3tcwqEqVEXldh/tPE"
    "Gk14s4RW+wZ5hIjOCTb2fCTef5mDctvLvcDQsPfCKipUs3yhwJ9tYIjIWsTAkADSBoZ0rI"
    "yTUW84T8CPAZWU8A8ImZsU8RXhFLfc5ibjEsFILocQFrv1mUNo7iVTbNnc1vtIXGsMQSLD"
    "BcLIs+7pG4tGCbGf0T3oLx6a4EeCqEMlncA3c1veJki0AunPqQ+3gaoLADz3ZoR6YI5lN7"
    "N8j9hjttacQkamSx4t8sSXZG+QJxa0LfrgQcyMAzwjjJfx0Kv6u9efodXQ0HZGD16PUofb"
    "xLVJW53t8FjaAFXuOkFrkQL218s7JvTWED/0KNyhhqL77N2OalrezMaLftGehmk4lU3gG1"
    "GUttHbkG+tRbAeARxDjt6usc34A7ZLO3uW0DvcbwgtutsYzcvrRueqxhhtj3YaN7fXjS8N"
    "46J/ftVoGh2jhv6evLnCQrrY/+4D9pT+3w4ttPUkgHa5+XfP98Bct/IpBH9Av2yCRBa8Ts"
    "/6CZvo1c+7ja9sZxFHtuvcdaCdHriMo9MehbqkTKvrwuXleY9eGNcGvxicqLExBUpL8Sby"
    "K4CaUxffngIkDiUlDLL3pASQ3oikGC1VCHMJqF0jqrlGJDTmhpaSZI5gNaVVpnTcTCaxLO"
    "cVNUqD7rC4UXTlYKsb6cTXo/28FPEctMl47mG7InEdhEPVPN+BKyat6TwYDB1zwe3s4KYN"
    "W7uE9whXHHxGA3Dh9gn1XTYd5gq3KjvFPv/9BMk3/i8eGlv3c0YK9ERcgthLbyLsr7oXdr"
    "mw9gEoIYvmVGngJCxaoiEOpL3OKUalYuGLo0Bscc6vOb6iHD8ZpWEWKv4VzlfZLrd+VNGW"
    "K3/xxFxJzFb2NrSE0HaclA8rEockel9OokYS7piyX3acrwGC6yrqs5vHh/N16/iCreMVUc"
    "g6TG+vSLQxfr2ap4p5bMbaQVwwuQrpuOQHeyWg4T38GPwZ9SGqoqBfzeuBKFcnLHagQlHe"
    "1sDzHZeYtUiZ4svz//tiqrTH507WhTCwL1CqaOASm2CPFzNCTGUZRMmpAzRxGDkgjos6aM"
    "puCR0buMIGRY+oI7Q9j/i+TaBTBZpgDw0JoejJtXz25Hn9R5el/lJtSKtIl/FThcnl9XZY"
    "IeC6KJeAap1GK4u6C+zhpCvobn4/lSquRDe/w9EdD46+ey1icjh0LWKT9CAVo5RbMgWqvx"
    "yVv5yl8lSUzElITWXVqKyQreN8gikX26QWj2C0+pzdoz/iEwvUUBN1zLhbd4KhKyMxIdkL"
    "cwvFZ4RjjRrRgN3NcQc19DRxkGmZyGIzmg4lNbAfjIltI3MuSWrb4jrayawEU8y2IfC3sh"
    "iqYyBatdU2A+1gVgehB8HV42Q9rDzXMkkgFzzhgx96tN7pNC6b/EJw1qNf6+ci+yM44XUH"
    "o3nLc7h+zX6Jq+IMrnVFFcLgJM3c95MmopXZje9/IHIVwWYEoDGZari2v47YR4NPhRSzW+"
    "JaTlJzWB2tPquYzfjEQn5pdA8FPZji5AVFQbgrdshegTH0SnPG/PfUof7EXiCxgNCwhN2d"
    "d6hhf5MDsRCIPRVBTEvil6fo1dlvr7Mc07tZWOozjsv+/L59fkvhMV4RYhMbemK6VgK1En"
    "hYorVWAvePWF3ofRsoXW7LK1jN17DTsFrXVk7XVkRQ+xbubB3i+wLfK+LaypxcoW25V3pi"
    "egGbegABgpLDfk4JRJecoCZ7Hg9haqJHbM/h1CVckhrZFmHvwy/IeZLUBd3IHaXCVq48xb"
    "Gn5Sil5CjN+DXjPxSUygvbZaf2HFVBu6T98+P7NeyfH99n2j9hKIlcvt2vYje7PE4EcBTo"
    "zZOatlEXZz4zS9YfSEJqAVYLsBmWxvkwQn+bP96quTE1JVd89WKT15Rcu5DnEQPjhehRJD"
    "pAXzsb06h4wCPjfhY3DWIfPUFSiDO/n/joVf2TxLC4yZvz6sahNbIfTB2goC7xkwgx8ZAI"
    "hTHR2HERtu1AaGYysUhh96poeRN4k4g5QPMZBKU8TaCWgSVWFkPsco8SPJoE1s8pe2JGTP"
    "hwB8gOjJtohhc8RyYszQzP4N4ThO8hQwfScChhq/d9dwGpOBDgQoRxFTDB5lO2gTPR1SKQ"
    "kZMtuOvUGTWkncOS1PfaQmFTvjVFMpLSnrYjwC1swKsIzc6wDefrDNuCGbZxpLN1ifuIJX"
    "Xj1otRicOrLNpXblrN7tX19xoKTnq03mze1a9rSBzTEsN+4kpGc5fx6JEk0zynJkUMRmUS"
    "lFRe361TliK7KkUaw+wtnsgCTZ6JtYugtAqlnAoVJ2/RmuK7Lyd+RGYJTgmuU6yiPLcYZR"
    "Jwh6Uo94P8DVaijDTGUtVeV6H1dqb0dpa2MqwSPDOnXAaqs8vzPilhaSmD4iWkxrAEw4Gh"
    "qghfjoHoQvrFOXPS0FeUTaxC69RRlbnEE3bLpYEnADWNVaaxLkF+tGRW0AXYJe608owPkM"
    "+prusE7Pts+trpBzB56XybYQsKzUmL01Wheajl92euNSL9qUUddxBkdcvSCzZ3Y3n6QPwv"
    "Tpac0/4xlfxjEkKtnRmwCqqDr3QFNF0BTbHX9SB4v3IV0DSBt9m+KSlPSKzmOaW8ZdDHtF"
    "nuuKC3TpM+mjTpLvYeKhJthV/P1VB8NmNNpaTtPEHsXVjumkPyFQZQsdoaTSD5mG3FUDTK"
    "FtW0ebOjz8iB6toMcY79SExe6ZoX0A5KZaFXGCLu7u+hpjZeeMhzJPGLO19dnrATb76jg/"
    "5UU2p0QyWd6nwoiP0pOmS375rNRvOyhoKTHj1v3dwGfa+j0x79Um9cwyVxZLPqzXPjml+K"
    "TnsURNCLfuuuW0PRaZpR7CdsbUp8mbaf494LAVQmn7LevUmA0vV1hxBC6wul9QVuSSnlgE"
    "lCah1daR2d/JhZ7HZl7DAJSE1mpckcKkSloiMSoNptrjKdddu2HSWVqGIKAi9zfTQiM6E4"
    "yKxCqSnVXAMRTO7jaPbaHuygcJ2AJCbCUU7pcAEZl5aLxpbr+WwG+zdm64BtZsQeFTGyOY"
    "iMx2QkdWFv8M5SI0+irEQYPKotPUpZenS9kI0bJIpHWOvA6nyndbhDlelPkwTVwrRyQpZK"
    "/P5r8CFmMfuvyw/1OU4ffNNrs/mQ9QY1aflNqsiaTuf8xsL7MpsPmeQ4IeYJGviWb5MBr5"
    "kmPDSiZhr54XvAv21nhBnYqwGhEIH29+TNFabeQFoqd6drv6DRiQI7617T4zezr2YLA5ys"
    "RZScCEBrOS9Indeq5R6QPmWocS1ZvYLchNM4mE43XT/dNOIeJWS4NKwW4pQT4uSkHkq2tR"
    "ytMgWnFcvUNyTsLdZjmQaOaVj9DSn3DamiCDGM+hWZBsQHqrmqD0wpatn0Js4Ttz5y6M9o"
    "MMHehBfQeyALNvBqQn6AanJ1Uz9/07mqn374+LoqFBUAQGxFYo/DsDWGUSh6l2Pv3N56z1"
    "tBw05csKQ2hWpT6CFupgU41tE3rTNu6o3rGuKHHr29YuyghvihRy+Mr41z9lMce7R+cdE2"
    "Oh3e4g5O0jvUfiKu+E4kJVFGAFAwX2WyrG9Q2XJ1a+4+63uE0BIi2wqwltmUk9nixLZxeV"
    "qnYTWplSO1IuL5V+IO28QTpFmR0WOjuYL6I5vXd/nENcX1W9eaYncBMjJ6NYJQf7cKP5ho"
    "zGRlkTkCMnKrfYPYiyzKSMNrjcRbzm5s2RBCMFwgAb4qom9pjRd4HNjiRZhjMH0zvHG/ro"
    "YEZzz98GEN1shmZfJGPpYvfwuKFRG+lxBa8l4pxzub+325cHdmUfaVZSiPCbi0hXvhi7il"
    "40HpWeAuiLgOe2PPGs16+7s8rv5M4l44+9416it1s8JNeF2vzhJC+3Ve4NfR5Y20BLblFn"
    "08z1EmfQUjuZJX0LNjXRupmH6CBlxDINR3FwPo7DHw5t6MsPfIFLEXGI0mZPQwcxixQViC"
    "9sYw2yKezBS6idvy7iX3c+JB/w/eTvmJfQ68Ywl1fOSSe7ZjEZcHjBCo7j5zLY/wuWwzg8"
    "YgFGGK4u0MfvFinVQyLarZ3f7+kjVX1unF+xFGDquniLp7s+7+t0+UanniaOWJFeMd54My"
    "fSk7HzYJd0zR2zvOiuWILGk41V/YAXxh0BGub87LBK+kQHWipMp0vncx+6v6U2xKQokz99"
    "EU1DFtpJtLg7Ft54nnDhbFrgRSY1hWmoHpvoWMdhGAttm9wGbHNBDLMSU1fHJ69i1BNOpf"
    "knuA7Sgbee38gxiMRv5LkK9eDyYtGG1NMIpMq6uEzvYoJ4COoYFNqifj6Rp+5Xen2V0ZT9"
    "MhV9wgLdHh85J6IpgdZvREVw42pWdp0y+I7iSgxvkzOFfE7XXDu85XJG6vYKSa5/YKetav"
    "6/YSNulfPF6cxPPANYWXrqHPaGCTMdh9BrzNBrJ8EaDvOk8Ql7+Q+rw2cs+iDinteNKOp0"
    "OVebXjaZ8odR1ZLv56uRMhrMpB+pXWt6bRriF+gOyIm0YTciPYoUdvDGCINSSO6c18P5kS"
    "/3Sscs3xEoDaS6G0khbIAIXdUEswrYSrRl9FBOhvoRAhk6GXg7lidCSIrB9AFsVToQEP0G"
    "L8lie7esRHTJa7NdqdVrN+zc6Jx/6zF1Ve10e8fOyPcKDcCI/q8p8caSzZ5ld4QcS+FqR3"
    "IUgffWJn+NLWote3R41m12jfthsdo4aW52oIJ/y4QpDsuvnhfJWJsBEGtY2y+eEuV2Snic"
    "NssOPTXpOEdISdlrwOQfKqE9caTWRiVzCSK3Ph5Zzn5K1swm5YosmM9JBuMJLgjmCbUDf/"
    "cMulDjNLSWa74rJrSR4m19xaimcsYol9VAUwHEw/Quz++vbtOhLf27fZIh+MpRinQ/2C8U"
    "oxEB25cUiNCf79/7r6YdI="
)
