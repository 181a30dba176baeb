from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE persons (
            id uuid PRIMARY KEY,
            display_name text NOT NULL CHECK (display_name <> ''),
            status varchar(16) NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'TERMINATED', 'DELETED')),
            created_at timestamptz NOT NULL
        );

        CREATE TABLE workspaces (
            id uuid PRIMARY KEY,
            kind varchar(16) NOT NULL CHECK (kind IN ('PERSONAL', 'ENTERPRISE')),
            name text NOT NULL CHECK (name <> ''),
            owner_id uuid UNIQUE REFERENCES persons (id),
            created_at timestamptz NOT NULL,
            CONSTRAINT workspaces_personal_has_owner CHECK ((kind = 'PERSONAL') = (owner_id IS NOT NULL))
        );

        CREATE TABLE members (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id),
            person_id uuid NOT NULL REFERENCES persons (id),
            role varchar(16) NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),
            joined_at timestamptz NOT NULL,
            left_at timestamptz CHECK (left_at >= joined_at),
            CONSTRAINT members_once_per_workspace UNIQUE (workspace_id, person_id)
        );
        CREATE INDEX members_of_person ON members (person_id);

        CREATE TABLE service_accounts (
            id uuid PRIMARY KEY,
            name text NOT NULL CHECK (name <> ''),
            created_at timestamptz NOT NULL
        );

        CREATE TABLE credentials (
            id uuid PRIMARY KEY,
            kind varchar(16) NOT NULL CHECK (kind IN ('SESSION', 'SERVICE_KEY')),
            label text NOT NULL,
            secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
            person_id uuid REFERENCES persons (id),
            service_account_id uuid REFERENCES service_accounts (id),
            workspace_id uuid REFERENCES workspaces (id),
            scopes text[] NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz CHECK (expires_at > created_at),
            revoked_at timestamptz CHECK (revoked_at >= created_at),
            CONSTRAINT credentials_has_its_owner CHECK (
                (kind = 'SESSION' AND person_id IS NOT NULL AND service_account_id IS NULL)
                OR (kind = 'SERVICE_KEY' AND person_id IS NULL AND service_account_id IS NOT NULL)
            )
        );
        CREATE INDEX credentials_of_person ON credentials (person_id) WHERE person_id IS NOT NULL;
        CREATE INDEX credentials_of_service ON credentials (service_account_id) WHERE service_account_id IS NOT NULL;

        CREATE TABLE catalog_versions (
            document text NOT NULL,
            version int NOT NULL CHECK (version >= 1),
            content text NOT NULL,
            sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
            loaded_at timestamptz NOT NULL,
            PRIMARY KEY (document, version)
        );

        -- room on each page, so that the balances that change with every charge are updated in place
        CREATE TABLE wallets (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            person_id uuid NOT NULL,
            created_at timestamptz NOT NULL,
            last_entry bigint NOT NULL CHECK (last_entry >= 0),
            last_at timestamptz NOT NULL,
            next_due_at timestamptz,
            grants_made int NOT NULL CHECK (grants_made >= 0),
            allowances_made int NOT NULL CHECK (allowances_made >= 0),
            spent jsonb NOT NULL,
            periods jsonb NOT NULL,
            balances jsonb NOT NULL,
            CONSTRAINT wallets_once_per_person_and_workspace UNIQUE (workspace_id, person_id),
            CONSTRAINT wallets_in_their_workspace UNIQUE (workspace_id, id),
            CONSTRAINT wallets_of_members FOREIGN KEY (workspace_id, person_id) REFERENCES members (workspace_id, person_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX wallets_of_person ON wallets (person_id);
        CREATE INDEX wallets_due ON wallets (next_due_at) WHERE next_due_at IS NOT NULL;

        CREATE TABLE allowances (
            wallet_id uuid NOT NULL,
            number int NOT NULL CHECK (number >= 1),
            workspace_id uuid NOT NULL,
            meter text NOT NULL,
            pool varchar(16) NOT NULL CHECK (pool IN ('MAIN', 'WINDOW')),
            amount bigint NOT NULL CHECK (amount > 0),
            cycle jsonb NOT NULL,
            anchor timestamptz NOT NULL,
            source text NOT NULL,
            ends_at timestamptz,
            opens_on_use boolean NOT NULL,
            granted_until timestamptz,
            PRIMARY KEY (wallet_id, number),
            CONSTRAINT allowances_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id)
        );
        CREATE UNIQUE INDEX allowances_one_in_force ON allowances (wallet_id, meter, pool) WHERE ends_at IS NULL;

        CREATE TABLE grants (
            wallet_id uuid NOT NULL,
            number int NOT NULL CHECK (number >= 1),
            workspace_id uuid NOT NULL,
            meter text NOT NULL,
            pool varchar(16) NOT NULL CHECK (pool IN ('MAIN', 'WINDOW')),
            kind varchar(16) NOT NULL CHECK (
                kind IN ('SIGN_UP', 'REFERRAL', 'PROMOTIONAL', 'ADJUSTMENT', 'GUEST', 'PLAN', 'PURCHASED')
            ),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz CHECK (ends_at > starts_at),
            granted bigint NOT NULL CHECK (granted > 0),
            used bigint NOT NULL CONSTRAINT grants_used_not_negative CHECK (used >= 0),
            held bigint NOT NULL CONSTRAINT grants_held_not_negative CHECK (held >= 0),
            remaining bigint NOT NULL CONSTRAINT grants_never_overdrawn CHECK (remaining >= 0),
            lapsed bigint NOT NULL CONSTRAINT grants_lapsed_not_negative CHECK (lapsed >= 0),
            allowance int,
            period_start timestamptz,
            source text NOT NULL,
            ended boolean NOT NULL,
            closed boolean NOT NULL,
            PRIMARY KEY (wallet_id, number),
            CONSTRAINT grants_conserve CHECK (granted = used + held + remaining + lapsed),
            CONSTRAINT grants_closed_have_nothing_left CHECK (NOT closed OR (remaining = 0 AND held = 0)),
            CONSTRAINT grants_period_of_an_allowance CHECK ((allowance IS NULL) = (period_start IS NULL)),
            CONSTRAINT grants_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id),
            CONSTRAINT grants_of_the_wallets_allowance
                FOREIGN KEY (wallet_id, allowance) REFERENCES allowances (wallet_id, number)
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX grants_one_per_period ON grants (wallet_id, meter, pool, period_start)
            WHERE period_start IS NOT NULL;
        CREATE INDEX grants_open ON grants (wallet_id) WHERE NOT closed;

        CREATE TABLE tasks (
            id uuid PRIMARY KEY,
            wallet_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            status varchar(16) NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT')),
            meter text NOT NULL,
            held bigint NOT NULL CHECK (held >= 0),
            started_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > started_at),
            resolved_at timestamptz CHECK (resolved_at >= started_at),
            body jsonb NOT NULL,
            CONSTRAINT tasks_resolved_have_an_instant CHECK ((status = 'RUNNING') = (resolved_at IS NULL)),
            CONSTRAINT tasks_in_the_wallet UNIQUE (wallet_id, id),
            CONSTRAINT tasks_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id)
        );
        CREATE INDEX tasks_running ON tasks (wallet_id) WHERE status = 'RUNNING';

        CREATE TABLE entries (
            wallet_id uuid NOT NULL,
            number bigint NOT NULL CHECK (number >= 1),
            previous bigint GENERATED ALWAYS AS (nullif(number - 1, 0)) STORED,
            workspace_id uuid NOT NULL,
            kind varchar(24) NOT NULL CHECK (
                kind IN (
                    'GRANT', 'EXPIRE', 'REVOKE', 'CONSUME', 'HOLD', 'EXTEND', 'SETTLE', 'RELEASE', 'TIMEOUT',
                    'ALLOWANCE_STARTED', 'ALLOWANCE_ENDED'
                )
            ),
            at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            meter text NOT NULL,
            amount bigint NOT NULL CHECK (amount >= 0),
            task_id uuid,
            caller uuid,
            body jsonb NOT NULL,
            PRIMARY KEY (wallet_id, number),
            CONSTRAINT entries_without_a_gap FOREIGN KEY (wallet_id, previous) REFERENCES entries (wallet_id, number),
            CONSTRAINT entries_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id),
            CONSTRAINT entries_of_the_wallets_task FOREIGN KEY (wallet_id, task_id) REFERENCES tasks (wallet_id, id)
        );
        CREATE UNIQUE INDEX entries_resolve_a_task_once ON entries (task_id)
            WHERE kind IN ('SETTLE', 'RELEASE', 'TIMEOUT');
        CREATE INDEX entries_by_instant ON entries (wallet_id, at, number);

        CREATE TABLE idempotency_keys (
            caller uuid NOT NULL,
            key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
            input_hash bytea NOT NULL CHECK (octet_length(input_hash) = 32),
            wallet_id uuid NOT NULL REFERENCES wallets (id),
            entry bigint,
            refusal jsonb,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (caller, key),
            CONSTRAINT idempotency_keys_have_one_result CHECK ((entry IS NULL) <> (refusal IS NULL)),
            CONSTRAINT idempotency_keys_of_an_entry FOREIGN KEY (wallet_id, entry) REFERENCES entries (wallet_id, number)
        );
        CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

        CREATE TABLE refusals (
            id uuid PRIMARY KEY,
            wallet_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            at timestamptz NOT NULL,
            code varchar(32) NOT NULL,
            caller uuid,
            last_entry bigint NOT NULL CHECK (last_entry >= 0),
            body jsonb NOT NULL,
            CONSTRAINT refusals_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id)
        );
        CREATE INDEX refusals_of_wallet ON refusals (wallet_id, at);
        CREATE INDEX refusals_by_age ON refusals (at);

        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $body$;
        CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER catalog_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_versions
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER tasks_resolve_once BEFORE UPDATE ON tasks
            FOR EACH ROW WHEN (old.status <> 'RUNNING') EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER grants_stay_closed BEFORE UPDATE ON grants
            FOR EACH ROW WHEN (old.closed) EXECUTE FUNCTION refuse_change();
        CREATE TABLE IF NOT EXISTS "aerich" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "version" VARCHAR(255) NOT NULL,
            "app" VARCHAR(100) NOT NULL,
            "content" JSONB NOT NULL
        );
        """


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE refusals, idempotency_keys, entries, tasks, grants, allowances, wallets, catalog_versions,
            credentials, service_accounts, members, workspaces, persons;
        DROP FUNCTION refuse_change();
        """


MODELS_STATE = (
    "eJztXWtzozgW/Ssqf9nuKk+qO0k/1r21VSSh0572I2vjfsx4Ciug2Gyw5AEct2t2/vteiZ"
    "fB4BhiJ8StLwFLuogcgXR0rnT5qzZlJrHdI8W22QJTg9Qa6K8axVN+sp5ZRzU8m8VZPMHD"
    "17YojcNiIhlfu56DDQ9ybrDtEkgyiWs41syzGOXle2yB2A0amWyKLXoUm8cVjj6gmWNNsb"
    "NEt2SJXiygEPF0y6wjOp9eE+flEa/LZAZUZtHxbi87p9afc6J7bEy8CXHg4r//AckWNckP"
    "+CeDn7Nb/cYitplAzr8Mv4jI073lTKQ3qfdRFOZ3fa0bzJ5PadJgtvQmjEYWFvV46phQ4m"
    "CPmCt40rltB+CHSf4tQ4LnzEl0r2acYJIbPLd5q3Br/y7itJqud7qa3lc1Xa+ttVhosYJ2"
    "kGQwylsb7tUVMIz5Lfxy/Pr03en7k7en76GIuM0o5d3fftUxOr6hwKij1f4W+djDfgkBdo"
    "xu1F7rAA8GzYtshBNGKZDnc8s84qZloA4TYqzjB/4RwN6A5Pknpffi5O1L8R8z1xs7IlOA"
    "JCBegZQ5t+4MG6Qoqik7CWwK2CnxsjoCjfzI6QkigxSUcGuHBaKmftP4laeu+6fNEzpflJ"
    "5Atq18E9BOl0FOq9u5DIszGFX8Aadz3uqepeCeMWavo30+wY4KXaxAvAk3GI5mCeRD2yoD"
    "X2srzU4D8b9D+rXZueh+bSD/mB4Jc/rmKf6h24SOvQn8fP12QwOFzfHaf9BXgA9yjkVWsg"
    "HwlM39ISvZBGfWOHfwi212M/g98TMfDH//PD4+OXl3/Ork7fs3p+/evXn/KhoH17M2DYhn"
    "zUs+JiaaIBwkY+CNJc9aw/3XfreTjXpkkALdtAwP/Q/Zlvscwd+AI4dic4eT7ltS3Tu/QL"
    "rDgZ5kwjI6+AuAzLOmJOeJj6zS4AdmR+HJYTWB1myrfU1pXyXa4ULRVJ5znOj0w9QX6e4n"
    "ugh0fNonxH+i37odNd1cUTnttxq/Jzz3mE7ZQsfmKiZhcpiUaF6XzR0j47XKH79jiyqPI5"
    "UdwAk1XR1nDCCbX6gVsx28UcFk6Tm0wXN7odiMUFeH9pm7Ga/VGVAwgml2G6dNUw19HdC3"
    "w3nBzrrdVqJdz5rpN2jQPlOBoYkGhUKWl8MOxg6mAIkOPMvKIMibX641Y/mKVe0V40rUze"
    "2KWsITrrFxu8COqa/lsGOWV3Y9a3o8TadgiseikTia/D4DqfAce9hm4y/Ecf0GWBMTUyXq"
    "mxRFwy+r3/mFt9QVr1alPWj5+ZRQr46Ci7z8gEbQ9h6kjZDlIm9CkNZtt5AHIzrCLrI8tI"
    "CDzbBJzHV5cedXf4DKeBeDuKXMuGIhdcZ7dcaweYvQv1UbSQBLEMDg9SmC+YqJhLwE5O4E"
    "H795m6XZUOjqcqY5kU2ahi093wN0OKCfBVpABDpgftbsKL3v2aifZWgHZ981VUnh7o8CJW"
    "Y7CUOpIEg2lsPGHGJCv2hhO5OJxbmbWVhUbksCpqBrgh3ioNjyCHWpvRR0qP9J+QV6Du6j"
    "tTwXuQRKeZwr3ZKZ90EUCdImQJR4SZh9mGyKrqH4Oh/bZ2VDOqSjVQ/XCEGH6LCFizDYOX"
    "eWQQQR9BhilKCoKLBA14DpqjtCcG883YTK58aEU8DR3IXmaiwcmKyNHkoBi3nrdu+ju5//"
    "1f51M6cGfzaQqIn/Of137fF7jnuddvlE8Bb+v7JepdC2ysyk1lf7/Wa300DByZD21d6X5r"
    "mqf1a/89ToRzW8TIAPyZAx8iliZFDlZqguQRR9pA595KQgS0waSqpYlirOYOIOyBXr7hNG"
    "D+j1n49WV2BhRjB+69gwuPe5ILTZ1hLjyq0qOkhcfXK5jqjiODivJ45MUmAenp+fj2m//5"
    "GWlRzC/7kSk+2kpZxtV262nXAf/5hZcLkyHuSEpfRwVbmVHXLHbku9zElL2cpVa+WKKGd9"
    "n94pPrurZahnqRL1TQpaiixuLaOFEpM3wR5yyIw5nouEeoSYAwnYdNENnM0Im9mkgTAyeE"
    "kOASLUrPMEZsLjgsbwAC/wMks+208lUtKqBGXMl7TEcQ3nfAElLC/1kzI+TUk+5YC11wFL"
    "pZ6zzBqn/IyNwxOBIlbJXXuBrV/NqI4WE8uYIC6Fw7CxmDCbIIui0TUzlzvYzLfb2oR7Zw"
    "aM0GJzVyzXGflZ6Bf0Gq4+xSZB174jifej19glCKqCQfGGOPwWueMHU8Rva8nvU/iTAH/k"
    "19ZALkOUBRUOKdRA7uDyU8t1wfoIjRxiMMd35YobWEwIDdcIcQeRR2gdjXgmGMAgHebzpU"
    "UwKsEVDF6TM0LYBVorBmrL29fuxU17OA5xA+Oj7OCQ2xz3zoIqJUgeJrAH7yG97CkdrYHE"
    "YUjVb1fNntpA/nFIe+qX7mf47R+H9Lzb6Q/akBCcDOmnbuuigfhfbq2pnQtuzY/c16ppLZ"
    "W7WfmRX62lKn1xOXEypJyddAdQf3AypEqr1f2qdM5VHVhLT1PhcmtJq6WgomQZkVDGm3t8"
    "uoU39/g015vLs1J7qArTYkmHK0qHkypdRG6Ky3QJU9nQlW5oucf9UdUEucX6ibZYezDJKk"
    "gcV0ykEzsliomZaxEwYwuJZRJLrnisI5m/9z8sL7f+F9z6XxG575LvyKxlyH1+Rn2T3Cd2"
    "c5ZT+3xTv5ItBDakiFHH5aIcPGdzF1PTm7h1sfoa4Rl2PK6vnX9Szz9nLO1+7MplvK+K7s"
    "OTQpgUwp4LsHIuJON9/Uzxvg5e+O03Lzv64KqBghMuz35Uez2lxfVZ/2xIr3rddldrdjs8"
    "eeXHkCoXvw76Wlvl6nF8PqSXA7XPBWV+APuWAs3M/8L5gKPd53JtdFqNxoZ2dLwyiysThl"
    "LNq7SaJyMwHXb7BtF8iumHK0ZSQCwtIM7doriHFhL00qBPAly3Bz20kKCXBt0hXLPh91UI"
    "+YSZhL80/DaeFe5qYhsJfGng8eq3ErbUAhM2pbCvGFvajR6Y2PxsMVMXk4iitDRtK7lplb"
    "mpDLe7oTH3FG43c5zYFIc1spEBWLcPwGrYLHtE3oR0bCSh3gx1RfyyTZNMZ8wj1Fh+Jpn7"
    "MVIl6ps8tVZcVr8lyzLxT/0lE9zpuXx5hFSLOzbFNgV/z4LY9Md/Gmw65VsbFg7UV+c7/3"
    "iqQ27mLrb9YpaHxsy7JyLqfup7gGf2lmQsjMgfToLiuxlLntQp+zgjSb7T9omW9zyjLq+A"
    "V9Gis3mZ+EtJOxl+Kf1obxt+Sa5A2PkjTcKNidsrFJHJAU2SH12XEyPsOu75awVXTB60XL"
    "Bi+D/GakG5B/zBVOU5KBgVmXxciXB/tYxJR5CzcbLhBwvcOjaJX/wIjUzLndl4qfMqgz3M"
    "Psdfiti3gtSZiFE0g7t2P/D90EzMCvwrANvnFDLcxA0ZJCtKyb6rk/FKKkEPNnyLYaXdi0"
    "zo0nZSJSwT/9XD3jwj3uB2y7xi6yqDX1POteYXtYH845D2B/2rYNdsdDqkmtprw4RCbLiN"
    "z4f0Qm2pIjE4SfdhT7NgS5IOSTr2Szp6wewgg3X04olDPu0IZhdb8g4/tEv4ZaVwZ0h4jb"
    "DG0Qc0srHr6WLCOBJlg8gukQDpT87/4aIbazyHpkALoAIi3BnCGSLnY1YsuUjFuYhUg+R+"
    "lOcCrIytcTAjfvIraWbGNGg7Ph7aVpqN87yP3QEPkxOdDik/VTtaU2upQUb4a0j/M+hqiq"
    "5++6QM+oKJpxKGtNnpDz5+bJ43wUg/76kXTa3fQFmp4V4bvdVsNzW9pyrnn/gls1JhTtDt"
    "6m2l813vDTqdZudS15T+Z7hydjqUh4OutMD+AvLUfrf1RUwnspJ5DB8/RYQe8mP4JBLg/7"
    "pQ21ddTe2cf+efaAHbgdg9kp1eZmZycrzFzOTkOHdmwrPk7v999fEx5SzmT0nayVWfpb0q"
    "MvzCzxV+QcPubS1jxivS65umuzweTLnYC8JS1HBv4FPGQ4UCcsy+IyZfR0NF2FFjgukYJp"
    "wvMHSD1ngMSS5eushl90de3X/tGbPe35OTJvj7h5wIy4nw8+v/5ET46YH9KXwYwUSjgYIT"
    "Hom0fRV4JqLTIf2oNMUMyj9CKR4StCWSolM/6uiFHsUdFafV8GvIKBuP6v+TWyhrjz+pEF"
    "uWSvnukpZSyau0klehL5bJZt5nMGR/QlQqGHLCVO5grHI7Syno55KCvorZbC1DDApy6pvk"
    "IH8uvPWiS7/4EVLviAPPC/8CzY3DpslFB4zyZQr8M23EuJ0xaBMu5Fiei4LP59TF+4+wl7"
    "DLWnW59/qyRZ/0VDb6jDW0xHq2lIX28qI+RBaSGsZ+NIwn/Qr8YUIqV0j+FLRMukifPCIR"
    "AFn8JVsxk29Ypd8wSn54uglkrngjp0zlBLfK7eyH4df5xzHX23lz/MjY6pA60p2FuYrigB"
    "VGN8NSIpwlqc9I1oeT8tWZyEDKMw/Y+uzHYMvwveYDv2IioX8A9NfYFv1CIUlyxUaC/zxl"
    "yTYR35fJkCWDnPomWXIqyhTcC/4PF2EDHhtXfBUbRWIO3xNFbjzxiWseJBxZXt2P9sQWfB"
    "HZMuPTPzu6ZlF5UcqIUkZ8rj2YlBGfElKH2aX344S2VV6aVOt+7ai9BhIH/lGTNv8sjTgM"
    "aVvlkRkbyD+mO/OnWSH2X2bRUrJuwlBqTpXWIgIOUFhUjM2k1lS19q0Igf4akogsDh1nbq"
    "TRERHZ3sEfWhyhEVvAYwfjrYg64BKPO9qv1F6ff1YKzokLf+xlHfEwqv7DB/8E4+tJ0AQD"
    "YV6wTJf+7muQ8QoqQUbyifTBf6MtfGgb0eM7pGpHU3tXvWZfbaD4vBrkpGgQKxm86gGL18"
    "NerkhPs2qzw93GVQ0ILddLSOZVGealEMcyJlm0K8jZyLlwXOY+vpXfsDtmNLl+u8wOJsNV"
    "F3QTD2MylffT5ROYO+K4lh/AdJ3DZEO7YnIQo2aSkhy/ebMFJ4FSuaRE5KX8z/BSFUA4KH"
    "6A6L5+9WobxvfqVT7l43mpgZNRr6D3ecVE+uGekx/u7/8DjH4uMA=="
)
