from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE persons
            ADD kind varchar(16) NOT NULL DEFAULT 'USER' CHECK (kind IN ('GUEST', 'USER')),
            ADD email text CHECK (email <> ''),
            ADD locale varchar(16) NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'zh-Hans')),
            ADD time_zone text NOT NULL DEFAULT 'UTC',
            ADD default_workspace_id uuid REFERENCES workspaces (id),
            ADD status_reason text,
            ADD status_by uuid,
            ADD status_at timestamptz,
            ADD status_until timestamptz,
            ADD under_review boolean NOT NULL DEFAULT false,
            ADD CONSTRAINT persons_guests_have_no_email CHECK (kind = 'USER' OR email IS NULL),
            ADD CONSTRAINT persons_only_suspension_ends_by_itself CHECK (status_until IS NULL OR status = 'SUSPENDED');
        CREATE UNIQUE INDEX persons_one_account_per_email ON persons (lower(email)) WHERE status <> 'DELETED';
        CREATE INDEX persons_guests_by_age ON persons (created_at) WHERE kind = 'GUEST' AND status <> 'DELETED';

        ALTER TABLE wallets ADD guest boolean NOT NULL DEFAULT false;

        CREATE TABLE identities (
            id uuid PRIMARY KEY,
            provider varchar(16) NOT NULL CHECK (provider IN ('GOOGLE', 'GITHUB', 'DEVELOPMENT')),
            subject text NOT NULL CHECK (subject <> ''),
            person_id uuid NOT NULL REFERENCES persons (id),
            created_at timestamptz NOT NULL,
            CONSTRAINT identities_one_person_per_subject UNIQUE (provider, subject)
        );
        CREATE INDEX identities_of_person ON identities (person_id);

        CREATE TABLE sign_up_marks (
            mark varchar(64) PRIMARY KEY CHECK (mark ~ '^[0-9a-f]{64}$'),
            created_at timestamptz NOT NULL
        );

        CREATE TABLE traits (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            kind varchar(16) NOT NULL CHECK (kind IN ('EMAIL', 'PHONE', 'DEVICE', 'ADDRESS')),
            hash varchar(64) NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
            first_seen_at timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL CHECK (last_seen_at >= first_seen_at),
            CONSTRAINT traits_once_per_person UNIQUE (person_id, kind, hash)
        );
        CREATE INDEX traits_by_hash ON traits (kind, hash);

        CREATE TABLE operators (
            id uuid PRIMARY KEY,
            name text NOT NULL CHECK (name <> ''),
            created_at timestamptz NOT NULL
        );

        CREATE TABLE audit_entries (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL,
            actor uuid NOT NULL,
            verb text NOT NULL,
            target uuid NOT NULL,
            before jsonb NOT NULL,
            after jsonb NOT NULL,
            reason text NOT NULL
        );
        CREATE INDEX audit_entries_of_target ON audit_entries (target, at);
        CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE verb_results (
            caller uuid NOT NULL,
            key varchar(255) NOT NULL CHECK (key <> ''),
            input_hash bytea NOT NULL CHECK (octet_length(input_hash) = 32),
            result jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (caller, key)
        );
        CREATE INDEX verb_results_by_age ON verb_results (created_at);

        ALTER TABLE credentials
            ADD operator_id uuid REFERENCES operators (id),
            ADD ends_at timestamptz,
            ADD last_seen_at timestamptz,
            DROP CONSTRAINT credentials_kind_check,
            ADD CONSTRAINT credentials_kind_check
                CHECK (kind IN ('SESSION', 'GUEST_SESSION', 'SERVICE_KEY', 'OPERATOR_KEY')),
            DROP CONSTRAINT credentials_has_its_owner,
            ADD CONSTRAINT credentials_has_its_owner CHECK (
                num_nonnulls(person_id, service_account_id, operator_id) = 1
                AND (kind IN ('SESSION', 'GUEST_SESSION')) = (person_id IS NOT NULL)
                AND (kind = 'SERVICE_KEY') = (service_account_id IS NOT NULL)
            ),
            ADD CONSTRAINT credentials_slide_within_their_end CHECK (expires_at <= ends_at);

        CREATE TABLE one_time_codes (
            code_hash varchar(64) PRIMARY KEY CHECK (code_hash ~ '^[0-9a-f]{64}$'),
            purpose varchar(16) NOT NULL CHECK (purpose IN ('EXCHANGE', 'TICKET')),
            person_id uuid NOT NULL REFERENCES persons (id),
            credential_id uuid REFERENCES credentials (id),
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        );
        CREATE INDEX one_time_codes_by_age ON one_time_codes (expires_at);

        CREATE TABLE terms_versions (
            version int PRIMARY KEY CHECK (version >= 1),
            title jsonb NOT NULL,
            body jsonb NOT NULL,
            material boolean NOT NULL,
            published_at timestamptz NOT NULL,
            published_by uuid NOT NULL,
            effective_at timestamptz NOT NULL CHECK (effective_at >= published_at)
        );
        CREATE TRIGGER terms_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON terms_versions
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE terms_acceptances (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            version int NOT NULL REFERENCES terms_versions (version),
            accepted_at timestamptz NOT NULL,
            CONSTRAINT terms_acceptances_once UNIQUE (person_id, version)
        );

        CREATE TABLE notices (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            kind text NOT NULL CHECK (kind <> ''),
            facts jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            read_at timestamptz CHECK (read_at >= created_at)
        );
        CREATE INDEX notices_of_person ON notices (person_id, created_at, id);

        CREATE TABLE banners (
            id uuid PRIMARY KEY,
            kind varchar(16) NOT NULL CHECK (kind IN ('TERMS', 'PRICE', 'DISCONTINUATION', 'INFORMATION')),
            text jsonb NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz CHECK (ends_at > starts_at),
            created_by uuid NOT NULL
        );

        CREATE TABLE emails (
            id uuid PRIMARY KEY,
            person_id uuid REFERENCES persons (id),
            address text NOT NULL CHECK (address <> ''),
            template text NOT NULL CHECK (template <> ''),
            facts jsonb NOT NULL,
            locale varchar(16) NOT NULL CHECK (locale IN ('en', 'zh-Hans')),
            created_at timestamptz NOT NULL,
            attempts int NOT NULL CHECK (attempts >= 0),
            next_attempt_at timestamptz,
            sent_at timestamptz,
            last_error text,
            CONSTRAINT emails_sent_are_not_tried_again CHECK (sent_at IS NULL OR next_attempt_at IS NULL)
        );
        CREATE INDEX emails_to_send ON emails (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX emails_of_person ON emails (person_id);

        CREATE TABLE exports (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            state varchar(16) NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED')),
            progress int NOT NULL CHECK (progress BETWEEN 0 AND 100),
            size bigint CHECK (size >= 0),
            sha256 bytea CHECK (octet_length(sha256) = 32),
            requested_at timestamptz NOT NULL,
            finished_at timestamptz,
            expires_at timestamptz,
            CONSTRAINT exports_ready_are_whole CHECK (state <> 'READY' OR (size IS NOT NULL AND sha256 IS NOT NULL))
        );
        CREATE INDEX exports_of_person ON exports (person_id);
        CREATE UNIQUE INDEX exports_one_at_work_per_person ON exports (person_id) WHERE state IN ('QUEUED', 'RUNNING');

        CREATE TABLE export_parts (
            export_id uuid NOT NULL REFERENCES exports (id),
            number int NOT NULL CHECK (number >= 1),
            content bytea NOT NULL,
            PRIMARY KEY (export_id, number)
        );

        CREATE TABLE deletions (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            requested_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL CHECK (due_at > requested_at),
            called_back_at timestamptz,
            done_at timestamptz,
            CONSTRAINT deletions_end_one_way CHECK (called_back_at IS NULL OR done_at IS NULL)
        );
        CREATE UNIQUE INDEX deletions_one_open_per_person ON deletions (person_id)
            WHERE called_back_at IS NULL AND done_at IS NULL;
        CREATE INDEX deletions_due ON deletions (due_at) WHERE called_back_at IS NULL AND done_at IS NULL;

        ALTER TABLE entries
            DROP CONSTRAINT entries_kind_check,
            ADD CONSTRAINT entries_kind_check CHECK (
                kind IN (
                    'GRANT', 'EXPIRE', 'REVOKE', 'CONSUME', 'HOLD', 'EXTEND', 'SETTLE', 'RELEASE', 'TIMEOUT',
                    'ALLOWANCE_STARTED', 'ALLOWANCE_ENDED', 'NOTICE'
                )
            );
        """


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE deletions, export_parts, exports, emails, banners, notices, terms_acceptances, terms_versions;
        DROP TABLE one_time_codes;
        DELETE FROM credentials WHERE kind IN ('GUEST_SESSION', 'OPERATOR_KEY');
        ALTER TABLE credentials
            DROP CONSTRAINT credentials_slide_within_their_end,
            DROP CONSTRAINT credentials_has_its_owner,
            DROP CONSTRAINT credentials_kind_check,
            DROP COLUMN operator_id, DROP COLUMN ends_at, DROP COLUMN last_seen_at,
            ADD CONSTRAINT credentials_kind_check CHECK (kind IN ('SESSION', 'SERVICE_KEY')),
            ADD CONSTRAINT credentials_has_its_owner CHECK (
                (kind = 'SESSION' AND person_id IS NOT NULL AND service_account_id IS NULL)
                OR (kind = 'SERVICE_KEY' AND person_id IS NULL AND service_account_id IS NOT NULL)
            );
        DROP TABLE verb_results, audit_entries, operators, traits, sign_up_marks, identities;
        ALTER TABLE wallets DROP COLUMN guest;
        DROP INDEX persons_one_account_per_email;
        ALTER TABLE persons
            DROP CONSTRAINT persons_guests_have_no_email,
            DROP CONSTRAINT persons_only_suspension_ends_by_itself,
            DROP COLUMN kind, DROP COLUMN email, DROP COLUMN locale, DROP COLUMN time_zone,
            DROP COLUMN default_workspace_id, DROP COLUMN status_reason, DROP COLUMN status_by,
            DROP COLUMN status_at, DROP COLUMN status_until, DROP COLUMN under_review;
        -- entries that are notices stay, and so does the kind: the ledger is append-only
        """


MODELS_STATE = (
    "eJztPWtz4sayf2WKL9mtYl2Jd+3ksrduFbYVLyc2+ALeTU5IwYDGRsdihiMJY3Ju/vvtHj"
    "1AQpKRDPZA5oMtoZnWQLc0/e7+T2UiTGa7R3XbFnPKR6xSI/+pcDrBk/XBKqnQ6XQ5hBc8"
    "OrTlbBpOk5fp0PUcOvJg5I7aLoNLJnNHjjX1LMFxflvMibgjA1NMqMWPluDLBQefydSxJt"
    "RZkAe2IO/mMIl5fcusEj6bDJnz/gjXMsUIFrP4/XZvO+PWv2es74l75o2ZAzf//Q+4bHGT"
    "PcGPDD5OH/p3FrPNGOb82+BN5FjfW0zl9Qb3fpaT8VsP+yNhzyY8DjBdeGPBIwiLe3j1nn"
    "HmUI+ZK/jkM9sOkB9e8r8yXPCcGYu+q7m8YLI7OrORKgjtf4vltUq/32x1+x2j2+9X1igW"
    "QqxgO7g0EhypDd/VlWi4x6/w4fiHTz9++unj6aefYIr8mtGVH//yl15ixweUOGp2K3/Jce"
    "pRf4ZE9hK7Eb3WEXx727hIx3AMKIHk2cwyjxC0DKrDC0tcLx/4V0B2DibPv9Tb7z6evpe/"
    "WLjevSMHJZIkildQKpwHd0pHrChWE3AasQnETpiXthF02VPGThABJFAJX+2wkNg1fu3inS"
    "eu+28bLzS/1tsSs9f1XyVqJ4tg5KrVvAynC+AqPsNpnl+1zhLongphr2P7fEwdA7ZYifEG"
    "fMGQm8UwH8KqjPjKdb3RrBH83+PfGs2L1rca8Y9JTpixN0/oU99m/N4bw8cfTnMIFJLjB/"
    "9BX0F8MHIsh+IEoBMx81lWnARn1n0m81vCbIf5vfEzH7C//zo+/vjxx+PvP57+dPLpxx9P"
    "fvo+4oPrQ3kM8axxiTwxRoKQSS4RP1rg0Bre/9FpNdOxHgEkkG5aI4/8H7Etdx+Rn4NHRE"
    "X+hpPcWxLbO94gueHATjIWKRv8BaDMsyYs44mPoJLID8COwpPDIkG3cW10uvXrmxgdLupd"
    "A0eOY5t+ePVdcvuJbgIbX/cLwY/kn62mkSRXNK/7zwp+JzrzRJ+LeZ+aqzgJL4eXYuR1xc"
    "wZpbxW2fx7CaEyH1GWgTNuun2awkDyX6gVsC28UYGytA802LcXSkwZd/tAn5mb8lqdgQjG"
    "KE+ncRI0QehhIL4dzgt21mpdxeh61ki+QbfXZwZIaJKgMMnyMqSDe4dyQEkf5CwrRUDOf7"
    "nWgPUrptorhpaou4cVawleGNLRw5w6Zn9tRByLrLnrQ5PjSfIK5fReEgmxid8zMBWeU4/a"
    "4v4rc1yfAGvGxMSMap5FceTP7T/6kze0K96smvaA8rMJ416VBDd5/5kMgPYeXBsQyyXemJ"
    "Fu6/qKeMDRCXWJ5ZE5HGxBTWaumxe3fvcXWBkfl0jc0My4AqHtjM/aGUPyFhH/VmG0AFhC"
    "AAxenyI4XwHRKC+BcndMj09O02w2HLa6DDUngkmKYQvP9wAdDtLPAltAhHTA+VmjWW//lo"
    "71sxTbwdlvXaOewLvPBUpoOzFAbUHQ0liGNOYwE/ZFi9qpkthyNF8Ki+ZtKIDVyZBRhzlk"
    "CXlEWtxeSHGo86X+AXYO9NFanktcBrM8lJUe2NT7LKcE18YgKOFM0D5MMSFDmL4uj+1ysR"
    "7v8cGqh2tAYEN0xNwlFOCcR2vEpCDoCSI4I9FUkALdEair7oDAd8PrJiw+G41RBBzMXCBX"
    "be6AsjY4InW4k4tCGXFtCzBZgzXZ09SCRxBe8AGZiEfmkrnljckMsc0ZCHHwoxeCm2QQ2D"
    "3gPgN4mZktpc75mHpkysTUxp/HyLte5XzsiAmDb0muLD576lVe7OIu5ifcvnfwecmz8t93"
    "Mz7Cp5LIlfDfp/+pvP6e9ay7MFsEfYDfV9afFcKqLBNVOkan02g1ayQ46fHLW9hz+9H12M"
    "ce7xjtr41zo/+L8RvCRB96vHVjtOvdVtsfWv2khmdMvp9FxNoIQGUCqivUyn29D/v6uKBk"
    "GwfU4m1Z8XbKHBcwV4xRxIBewC/2x75YIJgkkDn6dDRCj3lB1KZDaxzHcQxiG/xk4RREbg"
    "JMY1W5+LKDxKuvZqxjtO44NIu/RSAJZB5exAdKCr//kTQwOgx/XAmzSxxS212Us7vEAgki"
    "HboomeOQ2tepNJV1uMhB09emrtd3GeNlrOQJWE1plSntsEfxUIotxyE1lVWjsiLekI6v/t"
    "Z97beS4hFJzKjmeUUSyvTGrpHQbeChjd5hU+F4LpEeASIcuEBNl9zBmW++rxFKRjgTUUCA"
    "a1XxgjDhcSH38ADP6SLNJbKbRbSzQAnlL9tZII9reM42MIfztX25TJyKViM1w9opwzK45y"
    "zS+JQ/kMueGEyxSmZiB7D+MoMqmY+t0Zigk9FE37KwGbE4GQyFudhCgvZ2V5Mu+ylIhJaY"
    "udIZPvCHyAfyA9x9Qk1Ghn5wAO6jQ+oyAksBU7xjDn5FdOZTTvBrLfB7yhgBwD/xV6sRVx"
    "AuggV7HFaQDvmJ5boAfUQGDhsJxw/PCbzxjIdxn+j09xivkgEOAgAw6XAcw0WBK8EdRriS"
    "MyDUBbFWMmrL21VGel5e3iEmpb9KVp5OXd+5FKSUa+EwEXvwsSeX7XqzWyPy0OPGrzeNtl"
    "Ej/rHH28bX1i/w2T/2+Hmr2bm9hgvBSY9/aV1d1Aj+R+iu0bxAaDxinEq3e2VgiAoe8W5X"
    "Rr0jbydPehylk9YtrB+c9Hj96qr1rd48N/ogtbS7Btxu7dLqLFgoPkde6HH4zY1zWMo/Jh"
    "nwJtEvx582iH45/pQZ/YJDiTzZwmKyFo8VFY/jVrtI2ClutouBakIrTWhdx+RVrQu6jMYb"
    "ldHwQOkqKEiugOjwlISRTGqyRZC5hNC4jOMSLSDrmMyu7xLO1+VdCpZ3UcT8d4lZ95UU85"
    "8/UM0z/8mM/XLWPx/UX2QDgxupS67jopEOnrOZS7npjd2qzLAhdEodD+1t51+M819S0nde"
    "e3Fd01HRXGttGNOGsX1BrNaFXlUX0jUd3zhz7eANwZ3GZbN/e1MjwQmaa3822u36Fdpr/b"
    "Mev2m3rlvdRquJl1c+9Hj94h+3ne61gdbk5XmQyhikMAL8VR3IjP/h/Bax3UHzbXSqBrGB"
    "jo5XJqY2BqiteUpb83TY9GHTN6jYVsx+uAKkDYilDYgztyjeQwiN9NJIHwd43RzpIYRGem"
    "mkOwxtNvi9CmE+BqbRXxr9Np0W3mqWMBrxpRFPV/vhbGgLjMGUwr1i0tJ27IGxYhGWMPtS"
    "iSgqliZhtWyqsmyqS6rnEHNHJdVT+URere0IRhfZ3rzI9sgW6Rw5D9NLII3qfFQr4pdtmG"
    "wyFR7jo8UvLDU/IzGjmueptZZz+w9sUabGtR8ygU7PxfsjYljo2JRpC34Og0wCxI8jMZlg"
    "qsPcgfWqmAmIVx12N3Op7U+zPHIvvGeqXu9mvRd4Zh9YSmAEmqfT37hg+nZ4yds6ZeNBuy"
    "cnm0Ttnpxkh+3iWL6f9o0ievZolyvgSLT4dFamRF0cTleoS8pFm1ao00EHW3+kWZibuLlR"
    "IgI5IL341U1xkqmu4z07PHAF5EURgorh/zUCBHUa+EtJsRdGC3X0De5ZXpam4Y89p2PgrI"
    "3zwetk6ohHgHK+w7Llw3+xkefL6651z2W0JcUS6H6t1s/Ef+DwYwSYVpVkOzdN0RN+r4Qz"
    "pNro37vyhy5OolJxklUSlYrkWoFX2QxYuWy1LjHz0z/2+CVsTrdn8Fkee/zC+GpctW78aK"
    "GVD8k35o3Cf4K3Z41KOebZJYjKhFHWPvumdbL3CPlF8o60VKalst1WkwOh5XZ6TZ2HNLls"
    "ZTRXMkPRpz+b9icwc2Ph7IEtmIkNa8aYOkPT5CrhwPVH5ljwa0zCPkyoFVhcx9T0W+HAyh"
    "9mU9k2J6Oxzk7WwQI9HY8uQNS78wK7cVBDDyvgAIYYvEpVrLIj7zMSEyzKI0vTwTgXWNAO"
    "yQfr0Xt4qj8TF+8GA2OciI1yxMw3QMMPeKlpeRKQcFPbcjj/4IzLp5tUhDjNrghx+ulZy7"
    "Les/WevdM9+4xyLl//tf06GMndq4dyzsa7tOz4irW7sDzYApNxq5iLaIsRtQHAHYs5l5XN"
    "fo8C56skCLB+P0jbj7dwR13CUwlB9W/c76trtK87NSIPmFIjCxXJA2jGjc55q9ltNG/rXd"
    "n7K3GhxxvNn1vt62B05YMaujO+oEVM8OF8naH/AgO8zlc6UKFB5yv9fegbSvDDFNdxTmRJ"
    "DEobwdSJkTPQEJAmaPsDuXI2pods3GqYh0YHWQGEEVD9h+KpGhbaDS/DbbhLfdlQ3PkNci"
    "0PJGrbdkFyZtwLigBjLWIzLBCMhRBSXVmvtaoW1xV4pfLEdd3ictuWe2AaMJjS0S7b/7QC"
    "orLqo6z/yWOTqQ3oKYLzVRiN9BJIvwO+kPKUZyuLEYDWFl+gLfrGsrIWliW0ys98xWheXj"
    "U6X2qEobOlcX1z1fi5YVz0z780mgbWoP5z/OELiCZqWE203b/UprRvKh71kGek7XnZSbMr"
    "IIeUr7y1pFkO/LkfYKnE+5MCrs0kKr9DqDKWsXQuwTR9Vaav7FjKHEcUqi4YhyolmewRTb"
    "cljCtiKWsKzxqxSoqpLBip5tnKuJyzsU/an44drgRnUaQ1hunMhWO6hDrM75B154gJGaBD"
    "cSBNVAOpfQxCwxZ2kJRxQDbl9zP4YWnu6t0upk1jShhuFDWNqSb4bcc2lh4ckM0Y9iEgQC"
    "meoA00b26g0daAv4Wki0y9VM8oqvu8q0pfRSTqFmddoP85fEoTq1eHc2VrkFr7+CDB42du"
    "KmK3uO07cTtf6h+OT07JuzF7eh+2kcUbYRA7dqfANq8Ok4mZ1AaBR7aKlb1mmeui4BfWRw"
    "k64d6JFEf07pd7gZiNy2fUtsiOn48B6SD6hPH8+SD66cyBV7m0g2MFXGWhsWL8CghpXspu"
    "nf4Z9tM8/8WQ7TTxqIZvQytBu0jtW25jRdC6BqhDLxKlW56mFoyWibOMQWrRWznRLFmgvA"
    "SNV8C06K0afRURvesz0/IMWc4pRfJeGc0VvCnO62NVqI0rlnwbCzIaUw7fSoZZVn2jsoy4"
    "9ERwSdYiHC+OSH06Zdz8IEB6rhEKz6J1f88cvzIhc2Hews8lhS+WYtne8VrasK0EW8wWsX"
    "Un84PZNmPxKSMvze2a/f5EAFpETwiSj8wZFvFThPNVVjmV9VN41AFOUeTBXULoJzfZY5nd"
    "CSfFepLTZTmC0G6fF7h9ZDGQIniPADTaX4B2h1EXvmGBvXoJoXfr/Yo0ak2RMCK1/kU0Vs"
    "31iASzNlTKOmLCsEoFKEKCODOODgcLCz26HoUHAqeta1ebAmk1SQnWma0myWOBjSWcr7eV"
    "EkKgjpooRYp90FEV4R4XWJjNR/0a94jGcrmHGczaOFrVYfAAudKo5peFI5SHteJqRLaVMP"
    "3CcL4QTgYmcATqDWSvkRF1ZFY1FoOTBjpgE5yksZydrqT5lOJ8Srtot65FB69TKX6UhNUc"
    "STmOtEpqfx8sSuQllCav0uT1WV8fWV8Z2XINWnuOVaa2iSGPJd7mJZimr2r0VUR9MJ6mwv"
    "EqKcpDMJKrOjA5Z+MYXBDfndHYemQYCSuLpfo+duz5TugQ5fSwz8gRGUwdgUh2ZUisvD5i"
    "3IOfUSUD1/qTyUQ02VQtLQB3p2tp5UEJyVYrD6+oPLheaimizeKXI2CVrYiV/701bo2LGv"
    "GPPd6+bTYbzcsaCU7gilG/+A0+46HHf643rnC+f+xx49ebRhsvBCfJbemNYp2DvW2ddpkF"
    "PlZBdIGPlAIfyBPW8ZnXTDGE0L0U1/G7WS9Fd0yPT07TsJ7dkHUJU7IZq2KYz0Pijnqxaq"
    "PRQeshsdRqi1vuuBSlE6Ba31SZzgollGgqH65V4YbmWRbkaPV560J/Sjc2MdTJ1GIjqfKj"
    "o9A3AHwmU8eagIiAfafIu+CullmFbz0ZMud91S8CbY3GMvO21b4mLmN+Gi7WcCL+85/aOn"
    "XHy73A0OCvVkDoXwJsR+R/2/zerQj82QaGiKxFDAwxIG1gSMbKCO4xnsKS8gT8FaCSEv4e"
    "IXObIr4inOJG2tzSuEQwksshfIvd5swhNPfKVgbS1hv1SBwuCPWbIlo86qj4mdyj/uKSMX"
    "1khAueWlBtG7fF9osDtJLN3P6Me3gbbJKCwDN3yrisBQE3szyX2Xew1gyeTqfvsEeLzeWS"
    "8AS5/oK2xR9cWd8NeUYYL+OSd/WP77HQGxnaYvTg9njQm1GbtNXZDg+lA1nltmO0CyK4cn"
    "kLQm+NyEOP4x1qJLrPm9tRTcud2nTRLxpAm4RT2QSubCAtC/vTbIr1CEDXXS2O7f2rxl9h"
    "vOhus1/V+GXFqz9BVCjyEsSAXnPz756/AXPdyasQ/IA+dn9yp3TECup8WfC6yM26e3mW4q"
    "Pc3L88U77TUKV+3m18hZ3FP8Kuc9u5MZoX6DKOTnsce7CCVtfFy8vzHr8wrgx5MThRY2MK"
    "lJbiGYtrgJpTF9+eAiQW688YA9IbUSpGS/WtXQJq14hqrpEUGktDS0kyR7Ca0ipTetVMlm"
    "JZFsJmlKcTOgmatC8D7K5Ei+jKK9uXW62rGGHPGkkWdHt9ZoCAICkKkywvI1hHJ74e7Oul"
    "iOegjZXaaGoz43Comuc7cPxJGzoPBlj7ICrOPDDFBOh5FN4jXHHwmQz8rj9YTW8g5/puVb"
    "+Os2wjjMk33ncuubPuZ0AKMmeO30yFUG/dvfCaC2sfgBKyaLYPwCdhQQtEDEh7nROMqqxd"
    "Z4v2nMNErC7HeDAcPx6lYWY4BrICNMzD8XrFbWkfjzewpX08zrSl4VBCasatulCxyyWEtu"
    "MkfFiROJSi9+UkasThDin75ZXzNVBwXUd9TsXGYL4uHFiwcKAiClmXug+VFG1MXq/mqWIe"
    "zNhQD2uLOYbPhnqQhJQrDKpBTG3QKGc+FjbDrF1fgfpMBB+htuMK+5GZGAXFMSs4qBjukn"
    "fLGuAuXbjEFe/XlbFXXz1FI/s9LtDD/z+0kqaVtP3b/7SS9vaI/Vt43dfTuM9b1zeBLz06"
    "XU/nPq83z40reSk6xXZW18ZFv3UrO1oFp0lG8Tae+AlLrdWc7YGPAFQmn7Ku93GA0s1Vix"
    "BCKxWllQrYcpxyfqU4pLYyKW1lUihDVZN5l92GfYWoVGmBGKiOwlCZztoU9DczBTFn4tZH"
    "Izb1FYc0q1BiSjXXQIST+zSaXTDjj/iQzCQUM/PCXDpvzCyH3FmO68EM+MPWJWibGcFXJU"
    "A2QdjdHRuleOW3eudUI0+sGFlwa23pUcvSo6vM7aJFmWulxZFnKlUrEIekV22tVFm4Q5WQ"
    "sRKgWphWTshSid9/DV7ELGb/dfmiPsfpg3d6YzYfsl5xJyPd5E2qxJpMZvLGvvdlOhvask"
    "bVERl4lmezgewGGwTYUQfhnjxXZtDLDEbybsD4oEoGQSLgIMUj9MprvyBCT4Gd9aArwkiy"
    "FlFyIgCt5bygU55WLd8A6RNAjWPRlNyZ3IyKVbBXzKZ4G8RvMZki4h4lZLgkrBbilBPi0k"
    "ldLKUzCacVy2QBEWlvsR7LNNJIwup3SLl3SBVFCDCaWvPSH6jmqj44pahl0x2LubQ+SujP"
    "ZDCm7limCz2wBQy8G7MnVE2+XNfPP3S+1I9PTt9XfUUFAYJ6YmHYGmAUtIqcImc7XO95K2"
    "hYxQqX1KZQbQrdx820AMfar4JvJeKyjOt646pG5KHHb74AO6gRecBaJ18b5waWOsFjj9cv"
    "LtpGp1MjwUlyh3qbiCu5E6WSKCMAKJivMllKJsOcftoAuaefMpGLQ3HkSvdZ32WMl6pHnw"
    "DWMptyMttatk5JWidhNamVI7Ui4vlX5gzbzPVJsyajr4zmCuqPMK/vyIkbius3qxXh/ZS9"
    "Kn7YtBY83NiyMYRguPC7XjvrIvqO1niBxwEWL8Icg+nb4Y1v62qIccbjk5MNWCPMyuSNci"
    "xf/n6jzNE92icLSN4Wn868frpwl1eMPg6n69Gvsp5iLafCTXhTr84SQvt1XuDX0VWbtAS2"
    "Wwnsm8xzTJO+gpFcycvPktzYRupPP0qURhJkMKS2DCP1Qy8oGY3Z6GEqgNYoK1meS3Cyxd"
    "zPZCBbNQxq8qqYwzNLYIMnXHjEYfewrTCHmWkG09ddPD1ROJn+GNnbgEbrwzqV+G0Ej5xU"
    "Yp33uhsJT5urt9++ScsOhyo76LI6CmXASkSWNJLqN2wP3jDOnry+OSsTqJIA1UmRKtP53q"
    "Hwq/oTmlZQL3MfTUAd0ka6vZQX2xZzqWMVxW4KpMZwWhmGaWqnzmwDXQSg7XMvsM+BBmIJ"
    "M6VeTzbiV0A06l+SZxBYbYrgfhVGI/8FyJdmsBR9Iy/ZIILRfRueSTVQxDR8zWT/8RTTcD"
    "BSzTMNT+ScguGz37kygd+V3XIpicxmWE2f3aG+FLThtTw/iNURc4xdXbjZIbIvvGdRQ642"
    "2GqD7b7yCm2wfUuUOqJ8i9cQVuVA1krrWxM7SMsDRhBfN5oYPwyHHr82kCHWiH9MbuZvE0"
    "38L2HxUgb0GKC27ilt9QlkgMLm2yWYtuqpRl9FBOhvoRCRJkMvB3PF6EgQ2TzIIoQ4IgMZ"
    "ogD8ViaEucwjIMvdGG3Q6OpXcM5c+GcvqrL2hf/wwY8QmJIv4xq8uUiNpNj+CrrTlRLCSL"
    "YgffDJT+FDW4se3x43ml2jfdNuYPP55bkawok8rhEku7Z0OF9lImyFQe2itHS4yxXZaVZh"
    "ttgL6E0D6XVkipa89kHyqjPHGo3TxK5gJFfmoss5z8lb2YTdskST6SFN3WBSnKLBNqFujs"
    "6Oy4FlllvLToDKrre2n1xzZ2lQK55+eKkKYDiYfoDY/eH77zeR+L7/Plvkw7EE4xTcK+jn"
    "XwHRHs99Kt791/8DAugzpA=="
)
