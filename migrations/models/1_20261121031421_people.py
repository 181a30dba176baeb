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
        CREATE INDEX persons_guests_by_age ON persons (created_at) WHERE kind = 'GUEST';

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
    "eJztPWtz2ki2f6WLL5tUEVfGSTyz5Natwlix2Rjw8kgyO0yJNmobraGblYQdZu/893tO6w"
    "ESkoJksNtMf7AldfdRi3OkPu/T/63MhMWm7lF9OhUPlI9ZpUb+W+F0hiebnVVSofP5qgsb"
    "PHo9laNpOEw202vXc+jYg54bOnUZNFnMHTv23LMFx/Fd8UDEDRlZYkZtfrQCX004+kjmjj"
    "2jzpLcsSV59QCDmGfaVpXwxeyaOa+PcC5LjGEym9/u9rYLbv9nwUxP3DJvwhy4+W+/Q7PN"
    "LfYdfmRwOb8zb2w2tWKY82+DN5F9precy/Ym9z7JwfjU1+ZYTBczHgeYL72J4BGEzT1svW"
    "WcOdRj1ho++WI6DZAfNvmPDA2es2DRs1qrBovd0MUUqYLQ/lOs2iqm2e70zZ7RN83KBsVC"
    "iDVsB01jwZHa8KyuRMMtPsKb45/e//z+l3cn73+BIfIxo5af//SnXmHHB5Q4avcrf8p+6l"
    "F/hET2CrsRvTYRPBg0z9IxHANKIHmxsK0jBC2D6rBhhevVC/8EyM7BZOOi3n317uS1/MXC"
    "9W4d2SmRJFG8hlLh3LlzOmZFsZqA04hNIHbGvLSFoM++Z6wEEUAClfBoh4XEvvGtj3eeue"
    "5/ptjQ/lLvSsy26t8kamfLoOey0z4PhwvgKj7DaTcuO6cJdM+FmG5iuzGhjgFLrMR4Ex4w"
    "5GYxzIewKiO+0qo32zWC/4f8a7N91vlaI/4xyQkz1uYZ/W5OGb/1JnD500kOgUJy/OS/6G"
    "uID3qOZVecAHQmFj7LipPg1L7NZH4rmN0wv2d+5wP29/fj43fvfj5+++7klw/vf/75wy9v"
    "Iz642ZXHEE+b58gTYyQImeQK8eMldm3g/R+9Tjsd6xFAAumWPfbI/5Gp7b5E5OfgEVGRv+"
    "Ak15bE8o43SC44sJJMRMoCfwYo8+wZy3jjI6gk8gOwo/DksEjQb7aMXr/euorR4azeN7Dn"
    "OLboh62vkstPdBNY+PoXBC/JvzptI0muaFz/XxV8JrrwhMnFg0mtdZyEzWFTjLyuWDjjlM"
    "8qm3+vIFTmI8oycMYt16QpDCT/g1oD28EXFShLL4EGL+2DEnPGXRPos3BTPqtTEMEY5ek0"
    "ToImCH0diG+H84GddjqXMbqeNpNf0KB1aoCEJgkKg2wvQzq4dSgHlJggZ9kpAnL+x7UBrD"
    "8x1T4xtETd3K1ZS7Dhmo7vHqhjmRs94lhkjd3smh3Pki2U01tJJMQmPmdgKmxQj07F7Rfm"
    "uD4BNoyJiRHVPIvi2B9r3vuDt7QrXq2b9oDyixnjXpUEN3n9kYyA9h60jYjtEm/CSL/Tui"
    "QecHRCXWJ75AEOU0EtZm2aF3d+90dYGe9XSNzSzLgGoe2MP7QzhuQtIv6tw2gBsIQAGHw+"
    "RXC+BqJRXgLl7oQefzhJs9lwWOoy1JwIJimGLT3fA3Q4SD8NbAER0gHnp812vftrOtZPU2"
    "wHp7/2jXoC7z4XKKHtxAC1BUFLYxnSmMMsWBdtOk2VxFa9+VJYNG5LAaxOrhl1mENWkEek"
    "w6dLKQ71LupvYOVAH63tucRlMMpDWemOzb2PckjQNgFBCUeC9mGJGbmG4Zvy2D4nG/IhH6"
    "17uEYEFkRHPLiEApxzb4+ZFAQ9QQRnJBoKUqA7BnXVHRF4Nmy3YPLFeIIi4GjhArlqDw4o"
    "a6MjUoc7uSiUEXdqAyZrMCf7PrfhFYQPfERm4p655MH2JmSB2OYMhDj40UvBLTIK7B5wnx"
    "F8zGwqpc6HCfXInIn5FH8eI6+GlcbEETMGT0kubb74Pqw82sVdzE+4e+/gjyXPyv/cLPgY"
    "30oiZ8J/7/+38vRr1g/dhdki6B38vrL+rBBWZZmo0jN6vWanXSPByZCfD2DNNaP22OWQ94"
    "zul2bDMD8bvyJMdDHknSujW+93un7X+pUanjH5fRYRayMAlQmorlAr13UT1vVJQck2DqjF"
    "27Li7Zw5LmCuGKOIAT2CX7wc+2KBYJJA5jDpeIwe84KoTYfWOI7jGMQ2+MnCKYjcBJjGqn"
    "LxZQeJV1/N2MRo3XFoFn+LQBLIPLyID5QUfvs9aWB0GP64EmaXOKS2uyhnd4kFEkQ6dFEy"
    "xyG1r1NpKutwkYOm75S6nukyxstYyROwmtIqU9ph9+KuFFuOQ2oqq0ZlRbwhPV/9rfvaby"
    "XFI5IYUc3ziiSU6a1dI6HbwEMbvcPmwvFcIj0CRDjQQC2X3MCZb76vEUrGOBJRQIBrVbFB"
    "WPC6kFt4gR/oMs0lsp9JtLNACeUv21kgjxt4zjYwh+O1fblMnIpWIzXD2ivDMrjnLNP4lN"
    "+Ry54YDLFLZmIHsP40oyp5mNjjCUEno4W+ZTFlxOZkdC2s5Q4StHc7m3TZz0EitMXClc7w"
    "kd9F3pCf4O4zajFy7QcH4Dp6TV1GYCpgijfMwUdEZz7lBB9ric8pYwQA/8SfrUZcQbgIJh"
    "xymEE65Ge26wL0ERk5bCwcPzwn8MYzHsZ9otPfY7xKRtgJAMCkw34MFwWuBHcY40zOiFAX"
    "xFrJqG1vXxnpeXl5h5iU/iRZeTp1fe9SkFKuhcNE7MHHnpx36+1+jcjDkBvfrppdo0b845"
    "B3jS+dz3DtH4e80Wn3Bi1oCE6G/KJzeVYj+B+h+0b7DKHxiHEq/f6lgSEqeMS7XRr1nryd"
    "PBlylE46A5g/OBny+uVl52u93TBMkFq6fQNut9G0Pgomio+RDUMOv7nZgKn8Y5IBbxP9cv"
    "x+i+iX4/eZ0S/YlciTLSwma/FYUfE4brWLhJ3iZrsYqCa00oTWdUye1Lqgy2g8UxkND5Su"
    "goLkGogOT0kYyaQmWwSZKwiNyzgu0QKyicns+i7heF3epWB5F0XMf+eYdV9JMf/5HdU885"
    "/M2C9n/fNB/Um2MLiRuuQ6Lhrp4D1buJRb3sStygwbQufU8dDe1rgwGp9T0neeenJd01HR"
    "XGttGNOGsZeCWK0LPakupGs6PnPm2sEbgnvN87Y5uKqR4ATNtZ+Mbrd+ifZa/2zIr7qdVq"
    "ff7LSxee1iyOtn/xj0+i0Drcmr8yCVMUhhBPjLOpAZ/8P5ALHdQ/NtdKoGsYGOjlcmpjYG"
    "qK15SlvzdNj0YdM3qNhWzH64BqQNiKUNiAu3KN5DCI300kifBHjdHukhhEZ6aaQ7DG02+F"
    "yFMB8D0+gvjf4pnRdealYwGvGlEU/X98PZ0hYYgymFe8Wkpd3YA2PFImxhmVKJKCqWJmG1"
    "bKqybKpLqucQc08l1VP5RF6t7QhGF9nevsj2eCrSOXIepldAGtX5qFbEL9u02GwuPMbHy8"
    "8sNT8jMaKa56m1V2PNO7YsU+PaD5lAp+fy9RExbHRsyrQFP4dBJgHi5VjMZpjq8ODAfFXM"
    "BMRWh90sXDr1h9keuRXeD6pe72e+R3hm71hKYASap9O/uGD4bnjJ8zpl40G7Hz5sE7X74U"
    "N22C725ftpnymi5wWtcgUciTafL8qUqIvD6Qp1Sblo2wp1Ouhg5680C3MTtzdKRCAHpBc/"
    "uSlOMtVNvGeHB66BPCpCUDH8P0WAoE4DfywpXoTRQh19g3u2l6Vp+H0/0jFw1Nb54HUyd8"
    "Q9QDl/w7Ll1/9mY8+X1137lstoS4ol0P1arR+J/8LhZQSYVpVkNzdN0RN+q4QjpNro37vy"
    "uy5OolJxknUSlYrkWoNX2QxYOe90zjHz0z8O+TksToNTuJbHIT8zvhiXnSs/WmjtIvnFPF"
    "P4T/D1bFApxzy7AlGZMMraZ5+1TvYLQn6RvCMtlWmpbL/V5EBoGcxb1LlLk8vWenMlMxR9"
    "zMXcnMHIrYWzO7ZkFm5YM8HUGZomVwkH2u+ZY8OvsQh7M6N2YHGdUMvfCgdmfrOYy21zMj"
    "bW2cs8WKCn59EliHo3XmA3DmroYQUcwBCDT6mKVXbkfcZihkV5ZGk66OcCC9oh+WA+egtv"
    "9Ufi4t2gY4IDcaMcsfAN0PADHmtangUk3Na2HI4/OOPyyTYVIU6yK0KcvP+hZVmv2XrN3u"
    "uafUo5l5//xnod9OSu1ddyzNartNzxFWt3YXmwJSbjVjEXcSrGdAoA7kQ8cFnZ7LcocL5K"
    "ggDr16O09XgHd9QlPJUQVP/C+331jW6rVyPygCk1slCRPIBm3Ow1Ou1+sz2o9+XeX4mGIW"
    "+2P3W6raB37UIN3Rk/0CIm+HC8ztB/hAFe5ysdqNCg85X+OvQNJfjrFNdxTmRJDEobwdSJ"
    "kTPQEJAmaPsduXI2podsvdUwD40OsgIII6D6X4vv1bDQbtgMt+Eu9WVDceNvkGt7IFFPpy"
    "5Izox7QRFgrEVshQWCsRBCqivrqWbV4roCn1SeuK63uNy15R6YBnSm7GiX7X9aA1FZ9VHW"
    "/+Sx2XwK6CmC83UYjfQSSL8BvpDylmcrixGA1hYfoS36xrKyFpYVtMrvfMVon182exc1wt"
    "DZ0mxdXTY/NY0zs3HRbBtYg/qPyZsLEE3UsJpou3+pRemlqXjUQ56RtuZlJ82ugRxSvvLO"
    "kmY58GczwFKJ7ycFXJtJVP6GUGUsY+lcgWn6qkxfuWMpcxxRqLpgHKqUZPKCaLorYVwRS1"
    "lbePaYVVJMZUFPNc9WxuWYrX3S/nDc4UpwFkVaY5jOg3Asl1CH+Ttk3ThiRkboUBxJE9VI"
    "ah+j0LCFO0jKOKAp5bcL+GFp7ur9TqZNY0oYbhQ1jakm+O3GNpYeHJDNGF5CQIBSPEEbaJ"
    "7dQKOtAX8JSReZeqk9o6je511V+ioiUXc46wP9G3CVJlavd+fK1iC1mvgiwetnbStid/jU"
    "d+L2Lupvjj+ckFcT9v11uI0s3giD2HF3Ctzm1WEyMZNOQeCRW8XKvWaZ66LgF9ZHCXbCvR"
    "Epjuj9T/cIMRunz6htkR0/HwPSQfQJ4/mPg+jnCwc+5dIOjjVwlYXGivENENI+l7t1+me4"
    "n2bjsyG308SjGr4NrQTtI7VvtYwVQesGoA69SJRu+T63obdMnGUMUoveyolmyQLlJWi8Bq"
    "ZFb9Xoq4joXV9YtmfIck4pkvdab67gTXGciVWhtq5Y8nUiyHhCOTyVDLOs+kZlGXHpiaBJ"
    "1iKcLI9IfT5n3HojQHquEQrvon17yxy/MiFzYdzSzyWFB0uxbO95Lm3YVoItZovYeifzg1"
    "k2Y/EpYy/N7Zr9/UQAWkRPCJL3zLku4qcIx6uscirrp/CoA5yiyIu7gtBvbnKPZXYjnBTr"
    "Sc4uyxGEdvs8wu0ji4EUwXsEoNH+CLQ7jLrwhAXW6hWEXq1fVqRRZ46EEan1L6K+aq5HJB"
    "i1pVLWEzOGVSpAERLEWXB0ONhY6NH1KLwQOGxTu9oWSKtJSrDObDVJHgssLOF4vayUEAJ1"
    "1EQpUrwEHVUR7nGGhdl81G9wj6gvl3tYwaito1UdBi+QK41qflk4QnlYK65G5LYSll8Yzh"
    "fCycgCjkC9kdxrZEwdmVWNxeCkgQ7YBCdpLGevM2k+pTif0i7anWvRwedUih8lYTVHUo4j"
    "rZPaXweLEnkFpcmrNHl91mci6ysjW25Aa8+xytS2MOSxxNe8AtP0VY2+iqgPxve5cLxKiv"
    "IQ9OSqDkyO2ToGF8R3Zzyx7xlGwspiqb6PHfd8J/Qa5fRwn5EjMpo7ApHsypBY2T5m3IOf"
    "USUj1/6DyUQ0ualaWgDuXufSyoMSkq1WHp5QeXC91FJE28UvR8AqWxEr/xwYA+OsRvzjkH"
    "cH7XazfV4jwQm0GPWzX+EaD0P+qd68xPH+cciNb1fNLjYEJ8ll6ZlinYO1bZN2mQU+1kF0"
    "gY+UAh/IEzbxmbeZYgih91LcxO92eym6E3r84SQN69kbsq5gSm7Gqhjm85C4p71YtdHooP"
    "WQWGq1zW13UorSCVCtb6pMZ4USSjSVD9eqcEXzLAuyt/pj64I5p1ubGOpkbrOxVPnRUegb"
    "AD6SuWPPQETAfafIq+CutlWFp55dM+d11S8CbY8nMvO2020RlzE/DRdrOBH//U/dOnXP0z"
    "3C0ODPVkDoXwHsRuR/3vzenQj82QaGiKxFDAwxIG1gSMbKCO4xnsKS8gT8NaCSEv4LQuYu"
    "RXxFOMWVtLmlcYmgJ5dD+Ba77ZlDaO6VWxlIW2+0R+L1klB/U0SbRzsqfiS3qL+4ZELvGe"
    "GCpxZU28VtcfvFEVrJFq654B7eBjdJQeCFO2dc1oKAm9mey6Y3MNcC3k7HdNi9zR7klPAG"
    "uf6EU5vfubK+G/KMMF7GJa/q715joTdyPRXjO3fIg70ZtUlbneXwUHYgqwx6RrcggivnAx"
    "B6a0QehhzvUCPRfZ7djmrZ7nxKl2bRANoknMomcGUDaVm4P822WI8AdN3V4th+edX4K4wX"
    "XW1eVjV+WfHqDxAVinwEMaCnXPz7jWdgrnv5FIIfYOLuT+6cjllBnS8LXhe52XQvL1J8lN"
    "v7lxfK7zRUqTf6zS+wsvhHWHUGvSujfYYu4+h0yHEPVtDq+ti8Oh/yM+PSkI3BiRoLU6C0"
    "FM9Y3ADUnLr48hQgsdj+jDEgvRClYrTUvrUrQO0aUc01kkJjaWgpSeYIVlNaZUqvm8lSLM"
    "tCTBnl6YROgibtywC7L9Eianli+3Kncxkj7GkzyYIGrVMDBARJURhkexnBOjrx9WA/L0U8"
    "B12s1EZTNzMOu6p5vgPHH7Sl82CEtQ+i4swjS8yAnkfhPcIZRx/JyN/1B6vpjeRY363q13"
    "GW2whj8o33N5fc2LcLIAV5YI6/mQqh3qZ74Skn1j4AJWTRbB+AT8KCFogYkPY6JxhVWbvO"
    "Du05h4lYXY7xYDh+PErDKu0YCGGVttFh36fOoH1WI9HpkOOp0e43+zLhY/1qyP856PTrpv"
    "Htoj7o9f38kVjDkDfbvcGnT81GE4DMRtc4a/Z7NZLWOuTS+2leNlvNvtk16o0LvGNK45B/"
    "bbbPOl+TQ9Nah7zf6ZitevtXM0hlMfv13md4hvR2GA8Hs34pE13gLr3O5RdpjkxrHvKw5b"
    "xbb0sMJBoAA2dG66rTN9qNX83PBsIOejgwvb2MZfPd8RaWzXfHmZZN7EroMMg4C5UeXUFo"
    "q1rCoxgJpylaeE7aTBzukHKRnjh7BtWITdTn1M8MxusyjgXLOCqiHvepe1dJ0Y1lezVPMf"
    "ZgxJZacVc8YDBzqJVKSDnDqBpEOAfbFj1MxJRhDrWvzn4kAuQD0D1dMb1nFsakcczRDuq3"
    "u+TVqiK7S5cuccXrTdX4yWdP0Y9/i6tX8P93rTJrlfnlrX9aZX5+xP4lYiA2k+obndZVEN"
    "kQnW4m1zfq7YZxKZuiU9xcrGWcmZ2B3F8sOC2jPew+LmLGUitnZ8dDRAAqk0/ZQIhJgNLt"
    "VYsQQisVpZUKWHKccl6+OKS2+Slt81MoX1iTeZ97P/sKUalCDzFQHROjMp21KegvZgpizs"
    "ytj8ds7isOaVahxJBqroEIB5s0Gl0w/5L4kMwiFPMkw8xGb8Jsh9zYjuvBCPjDjWTQNjOG"
    "RyVANkHYzQ0bp8RI7PTOqUaeWGm44Nba0qOWpUfX/NvHhnGunRbVn6lUrUEckl61s8Jx4Q"
    "pVQsZKgGphWjkhSyV+/yX4ELOY/ZfVh/ojTh9801uz+ZD1ihsZdyhvUiX2bLaQN/a9L/PF"
    "9VRWDDsiI8/2pmwk9+YNwh2pg3DfPVfWM5D5pOTViPFRlYyCtMxRikfoied+RLykAivrQd"
    "fnkWQtouREAFrLecS+hVq1fAakzwA1jk1TMply81vWwZ4wt+V5EL/D1JaIe5SQ4ZKwWohT"
    "TohLJ3WxBNsknFYsk+VcpL3Fvi+zrUkSVn9Dyn1DqihCgNHUCqR+RzVX9cEhRS2b7kQ8SO"
    "ujhP5IRhPqTmTy1h1bQserCfuOqslFq95407uoH384eV31FRUECKq7hWFrgFHQKnJKzu1x"
    "vh9bQcOaYjilNoVqU+hLXEwLcKyXVX6vRFyW0ao3L2tEHob86gLYQY3IA1ae+dJsGFh4Bo"
    "9DXj876xq9Xo0EJ8kV6nkiruRKlEqijACgYLzKZNneoBJD7sn7LZB78j4TudgVR650n5ku"
    "Y7zU7gAJYC2zKSezbWTrlKR1ElaTWjlSKyKef2HOdZe5Pmk2ZPS13lxB/R7GmY4cuKW4fr"
    "Ven99P2avixbaV+eHG9hRDCK6X/h7kzqaIvqc5HuFxgMmLMMdg+G544/O6GmKc8fjDhy1Y"
    "I4zK5I2yL1/+fqbM0Re0ThaQvG0+X3hmunCXtzVAHE7vDrDOeoptABYuwtt6dVYQ2q/zCL"
    "+OrqGlJbD9SmBfZZ5jmvQV9ORKXn6W5NY2Un/4UaJQlSCjazqVYaR+6AUl4wkb380F0Bpl"
    "JdtzCQ62mfuRjOTGGaOabBUP8M4SWOAJFx5x2C0sK8xhVprB9GknT08UTqY/RvY2oNFmt0"
    "4lfh7BIyeVWOe97kfC0+bq3W+mpWWHQ5UddFkdhTJgJSJLGkn1F/YCvjDOvnumtSgTqJIA"
    "1UmRKtP51qHwq8wZTStvmLmOJqAOaSHdXcrLdCoepI5VFLspkBrDaWUY5qn7pmYb6CIAbZ"
    "97hH0ONBBbWCn1erIRvwaiUf+YPIPAalME9+swGvmPQL40g6XoG3nJBhGM3kXjB6kGipiG"
    "W0zuBp9iGg56qnmm4ZkcUzB89m+uTOB35d7FlERmM9zbgN2gvhRsimx7fhCrIx4wdnXpZo"
    "fIPvKeRQ252mCrDbYvlVdog+1zotQR5TfcDWFVDmStdL62cT9vecAI4lazjfHDcBjyloEM"
    "sUb8Y3Ixf55o4n8Lm5cyoMcAtXVPaatPIAMUNt+uwLRVTzX6KiJAfw2FiDQZetWZK0ZHgs"
    "j2QRYhxBEZyRAF4LcyIcxlHgFZ7srogkZXv4Rz5sK/6bIqa1/4Lx/8CIEp+TKuwXsQqZEU"
    "u59B7zumhDCSLUgffPJT+NLWotd3yI123+hedZs9o0ZW52oIJ/K4QZDs2tLheJWJsBMGtY"
    "/S0uEqV2SlWYfZ4V5AzxpIryNTtOT1EiSvOnPs8SRN7Ap6cmUuuhrzI3krm7A7lmgyPaSp"
    "C0yKUzRYJtTN0dlzObDMcmvZCVDZ9dZeJtfcWxrUmqcfPqoCGA6GHyB2f3r7dhuJ7+3bbJ"
    "EP+xKMU3CvoJ9/DUR7PF9S8e4//x8jCauj"
)
