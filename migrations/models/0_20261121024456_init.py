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
            key varchar(255) NOT NULL CHECK (key <> ''),
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
    "eJztXW1z4jgS/isqvtxMFZuaycvMHHN1VQ7xJOzwkgMzL7tsGcVWwBcjsbYJQ+3tf7+W/I"
    "aNIdiBxGH0JTaS2nKetqXup6X2X5UJM4ntHim2zeaYGqRSQ39VKJ7wk9XKKqrg6TSu4gUe"
    "vrFFaxw2E8X4xvUcbHhQc4ttl0CRSVzDsaaexShv32VzxG7R0GQTbNGjWDzucPgRTR1rgp"
    "0FuiML9GoOjYinW2YV0dnkhjivj3hfJjOgM4uOdnvZGbX+nBHdYyPijYkDF//9Dyi2qEl+"
    "wD8Z/Jze6bcWsc0Ecv5l+EVEne4tpqK8Qb1PojG/6xvdYPZsQpMC04U3ZjSSsKjHS0eEEg"
    "d7xFzCk85sOwA/LPJvGQo8Z0aiezXjApPc4pnNtcKl/buIyyq63u5oek/VdL2yorFQYgnt"
    "oMhglGsb7tUVMIz4Lfxy/Pb0/emHk3enH6CJuM2o5P3fftcxOr6gwKitVf4W9djDfgsBdo"
    "xupK9VgPv9xkU2wgmhFMizmWUecdEiUIcFMdbxA/8EYG9Asn6ldF+dvHst/mPmeiNHVAqQ"
    "BMRLkDLnzp1ig+RFNSUngU0BOyFe1kCgkR9rRoJIIAUl3Nphgaip3zR+5Ynr/mnzgvYXpS"
    "uQbSnfBLSTRVDT7LQvw+YMZhV/wmnXm53zFNxTxuxVtOtj7KgwxArEG3CD4WyWQD6ULTPw"
    "lZbSaNcQ/zugXxvti87XGvKP6Zlwzdg8wT90m9CRN4afb99tUFCojrf+g74EfFBzLKqSCs"
    "ATNvOnrKQKzq3R2skvltnN5PfMz3ww/f3z+Pjk5P3xm5N3H85O378/+/AmmgdXqzZNiOeN"
    "Sz4nJlQQTpIx8MaCV63g/muv085GPRJIgW5ahof+h2zLfYngb8CRQ7F5wEmPLanhnV8gPe"
    "DASDJmGQP8BUDmWROy5omPpNLgB2JH4clhqUBrtNSeprSuE3q4UDSV1xwnBv2w9FV6+Iku"
    "AgOfdoX4T/Rbp62m1RW1036r8HvCM4/plM11bC5jEhaHRQn1umzmGBmv1fr5O5Yo8zxS2g"
    "mcUNPVccYEsvmFWhLbwRsVOEsvQQcv7YViU0JdHfQzczNeq3MwwQim2TpOi6YUfROYb4fz"
    "gp13Os2EXs8b6Teo3zpXwUITCoVGlrfGOhg5mAIkOthZVoaBvPnlWhGWr1jZXjHORN3eLb"
    "ElvOAGG3dz7Jj6Sg07ZuvarlZNjifpEkzxSCiJo8nvM6AK69jDNht9IY7rK2CFTEy1qG5i"
    "FA2/rX7vN96SV7xepvZA87MJoV4VBRd5/RENQfcelA2R5SJvTJDWaTWRBzM6wi6yPDSHg8"
    "2wScxVenHnV38Ey3gfg7glzbgkIXnGB3nGUL15zL9lGWkAFjAAg9cnD+ZLIhLyApC7Y3x8"
    "9i6Ls6Ew1K1xcyKZtBm28PwI0OGAfh5wARHogPl5o610v2ejfp7BHZx/11Qlhbs/CxTwdh"
    "KCkkGQ1tgaa8whJoyLFrYzLbG4drMVFrXb0gBT0A3BDnFQLHmEOtReCHOod6X8AiMHj9Fa"
    "notcAq08bivdkan3UTQJysZgKPGW4H2YbIJuoPmqPbbPzgZ0QIfLEa4hggHRYXMXYZBz7i"
    "2DCEPQY4hRgqKmYAW6Brir7hDBvfFyEzqfGWNuAg5nLqirNnfAWRs+1gTMF63bfYzuYfuv"
    "8q/bGTX4s4FET/zP6b8rTz9yPBi0W28I3sH/VzSqFMqW2TKp9NRer9Fp11BwMqA9tfulUV"
    "f1z+p3Xhr9KEeUCfAhGTTGehMxEiizGsprIIoxUocxcpzTSkwKSlOxqKk4BccdkMs33CeE"
    "HjHqvxyuLsfCjGD+1rFh8OhzTmizpSXGpVtVdJC4+sblKqKK4+B1I3EkkgLz8OL8fE77/Y"
    "80reQQ/s8VcLaTktLbLp23nQgf/5hacLkiEeSEpIxwlVnLDrlnd4Ve5qSk1HLZtFwS5qzn"
    "m3eKb91VMtizVIvqJgYtZSxuTaOFFJM3xh5yyJQ5nosEe4SYAwXYdNEtnE0Jm9qkhjAyeE"
    "sOASLUrPICZsLjgkbwAM/xIos+208nktIqhcm4ntISxxWc1xMoYXvJnxSJaUrjU05Ye52w"
    "VOo5i6x5yq/YOD0RaGIV3LUXyPrdDKtoPraMMeJUOEwb8zGzCbIoGt4wc7GDzXy77U2Ed6"
    "ZgEVps5orlOkO/Cv2C3sLVJ9gk6MYPJPFx9Aa7BEFXMCneEoffIg/8YIr4bS34fYp4EuCP"
    "/N5qyGWIsqDDAYUeyD1cfmK5LkgfoaFDDOb4oVxxA/MxoeEaIR4g8gitoiGvBAGYpMN6vr"
    "QIZiW4gsF7coYIu2DWiona8va1e3HTHo5D3MD4JDs45DbHvVtBpSIkDxPYg4+QXnaVtlZD"
    "4jCg6rfrRletIf84oF31S+cz/PaPA1rvtHv9FhQEJwN61Wle1BD/y6U1tX3BpfmRx1o1ra"
    "nyMCs/8qs1VaUnLidOBpRbJ50+9B+cDKjSbHa+Ku26qoPV0tVUuNxK0XIr6CjZRhQUieYe"
    "n24RzT0+XRvN5VWpPVS5zWJpDpfUHE6ydJFxk5+mS4hKRZda0XKP+5OyCXKL9TNtsfbAyc"
    "ppOC6JyCB2ihQTnmseMGMJiWUSS854rCK5fu9/2F5u/c+59b8kdN8l35FZyaD7/IrqJrpP"
    "7OYsxvb5on4nWxBsSBGzjstJOXjOZi6mpjd2q2L1NcJT7HicX6tfqfXPGUu7n7pzme+rpP"
    "vwJBEmibCXAqz0hWS+r58p39fBE7+9xmVb71/XUHDC6dlParerNDk/658N6HW30+pojU6b"
    "Fy/9GFDl4td+T2upnD2Ozwf0sq/2OKHMDyDfVEDN/C+c9znaPU7XRqflUDbo0fGKLK5MCE"
    "o2r9RsnszAdNj6DbL55OMPl4QkgViYQJy5eXEPJSTohUEfB7huD3ooIUEvDLpDOGfD7ysX"
    "8gkxCX9h+G08zT3UxDIS+MLA4+VvJWzJBSZkCmFfMmtpN3xgYvOzxUxdOBF5zdK0rLRNy2"
    "ybynS7G5S5p3S7mfPEpjyskYxMwLp9AlbDZtkz8iakYyEJ9WaoSxKXbZhkMmUeocbiM8nc"
    "j5FqUd0UqbXitvodWRTJf+ovmeBBz8XrI6RaPLAptin4exbEpj/+02CTCd/aMHegvyrf+c"
    "dLHXI7c7HtN7M8NGLeAxlR99PfIyKzdyRjYQSnp7PfuKD5buaS5w3KJhftnp1ts2r37Gz9"
    "sl1etzlO+0wrel7QKJcjkGjR6axIyqWknMy4lLaLts24JBcd7PyRJuFexO1JiUjkgPziJ6"
    "fixKS6ivv65YFLIo9aIVgy/J9igaDc9v1YVbwI0qIk/sa1yPBXyfAzgpqN/oWfH3DrdCR+"
    "8yM0NC13auOFzrsMti37Zv1CpLsVRp2JGEVTuGv3I98CzYQj4F8BDHxuQob7tqGCZCUm2X"
    "d3MkVJKcyDDZ9fWNJ7HkowLSeJwSIpXz3szTJSDG63siuWLjP4FaWuNb6oNeQfB7TX710H"
    "G2Wj0wHV1G4LHAqxxzY+H9ALtamKwuAkPYY9zxotaXRIo2O/Rkc38A4yrI5u7DisNzsC72"
    "JLu8PP5hJ+TCncDBJeI+xx+BENbex6unAYh6JtkMwl4hx95/wfLrq1RjNQBZqDKSAynCGc"
    "wWs+ZcfSFim5LSLZILkF5aUAK9NpHMyMn/wwmpnhBm1nj4eypbbGed2nTp9nxolOB5Sfqm"
    "2toTXVoCL8NaD/6Xc0RVe/XSn9nrDEUwUD2mj3+p8+NeoNENLrXfWiofVqKKs03F6jNxut"
    "hqZ3VaV+xS+ZVQo+Qaejt5T2d73bb7cb7UtdU3qf4crZ5dAeDrrSBPkLqFN7neYX4U5kFf"
    "O0PX6JyDbkp+1JFMD/daG2rjua2q5/519lAdm+2DCSXV7EMzk53sIzOTle65nwKrnhf19j"
    "fGxy5ounJOXkQs/CURWZceHnyrigYfeukuHxivLqJneXp4Aplm5BSIoeHsx1ynh2UECO2f"
    "fE5EtnqMg0aowxHYHD+QrDMGiNRlDk4oWLXPZwstX9957h9f6edJrg7x/SEZaO8Msb/6Qj"
    "/PzA/hQxjMDRqKHghCcfbV0HkYnodEA/KQ3hQflHaMWzgDZFUXTqJxq90KNUo+K0HHENmV"
    "jjSeN/ctdk5emdCrFLqVDsLikpmbxSM3kl+kiZVPM+8x/7DlGh/McJUblpscx6llTQz0UF"
    "fRXebCWDDApqqpvoIN8X3nrRpd/8CKn3xIHnhX905tZhk+SiA0b5MgX+ZTZi3E0Z6IQTOZ"
    "bnouCLOVXx/iPsJeSyVl3uvb9s0iftykZfrgZNrFZLWmgvL+pjaCHJYeyHw3jWD78fJqRy"
    "heRPYZbJEOmzJyECIPO/ZEti8g0r9RtGyQ9PN8GYy6/klKh0cMusZz/zvs6/h7mq580pI2"
    "OpQxpId5bZKkr9lRvdDEmJcBalPiVZ30paz85EApKeecTWZz/tWkbsdT3wSyIS+kdAf4Nt"
    "MS7koiSXZCT4L5OWbBHxSZkMWjKoqW6iJSeiTc694P9wETbgsXHFh7BRRObwPVHk1hNfte"
    "Z5wZHlVf0ET2zOF5EtMr72s6Nr5qUXJY0oacSXOoJJGvE5IXWYXXg/Tihb5qVJlc7Xttqt"
    "IXHg3zFp8S/RiMOAtlSejLGG/GN6MH+eFWL/ZRYtROsmBCXnVGouIrABcpOKsZjkmsqm35"
    "IY0F9DIyLLho4rN5rRkSGyfYA/lDhCQzaHxw7mW5F1wCUeD7Rfq90e/5IUnBMX/tiLKuKZ"
    "U/2HD/4JxteToDEGg3nOMkP6u+9B5isohTGy3pA++M+yhQ9tLXp8B1Rta2r3utvoqTUUn5"
    "fDOMmbxEomr3rE4vVwlMsz0izL7HC38bPmgJbrJaTl9RIsL4U4ljHOMruCmo02F47bPGRv"
    "rVfsji2atXG7zAEmI1QXDBOPs2RKH6dbb8DcE8e1/ASmqzZMNrRLIgcxa+4tg/9S/Bleqh"
    "wIB80PEN23b95sY/G9ebPe5ON1qYmTUS9n9HlJRMbhXlIc7u//AzfyKlw="
)
