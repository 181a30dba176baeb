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
            facts jsonb NOT NULL,
            effective_at timestamptz,
            told_after uuid,
            told_at timestamptz,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz CHECK (ends_at > starts_at),
            created_by uuid NOT NULL
        );
        CREATE INDEX banners_to_tell ON banners (starts_at, id) WHERE told_at IS NULL;

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
    "eJztXW1z4riy/isqvuxMFZPazcxk9zK3bhVJvBnOJpALZGb3LFsgsBJ8AhLHMknYc/e/32"
    "75BWxsD3YgEaw+zNhYasvpttWtp1/0n8pU2Gwij+qTiXikfMQqNfKfCqdTPFlvrJIKnc2W"
    "TXjBo8OJ6k3DbuoyHUrPpSMPWm7pRDK4ZDM5cp2Z5wiO/dvikYhbMrDFlDr8aEm+HHDwic"
    "xcZ0rdBblnC/LmEToxr+/YVcLn0yFz3x7hWLYYwWAOv9vubefc+fec9T1xx7wxc+Hmv/8B"
    "lx1usyf4I4Ofs/v+rcMmdoxz/m3wJqqt7y1m6nqDez+rzvjUw/5ITOZTHieYLbyx4BGFwz"
    "28esc4c6nH7BV+8vlkEjA/vOQ/Mlzw3DmLntVeXrDZLZ1PUCpI7T/F8lql32+2uv2O1e33"
    "K2sSCylWuB1cGgmO0oZnlYoNd/gI745/+PDjh5/en3z4Cbqox4yu/PiXP/SSOz6h4lGzW/"
    "lLtVOP+j0Us5fcjeS1zuCbm8Z5OodjRAkmz+eOfYSkZVgdXljyevnCvwCzczh59rnefvP+"
    "5K36i4X07lzVqJikWLzCUuHeyxkdsaJcTdAZxiYYO2Ve2kTQZU8ZM0FEkGAlPNphMbFr/d"
    "rFO0+l/PcELzS/1NuKs1f1XxVrp4ug5bLVvAi7C9AqvsJpnl22ThPsngkxWef22Zi6Fkyx"
    "iuMNeMBQm8U4H9LqzPjKVb3RrBH8v8e/Nprnra814h+TmjBjbp7Sp/6E8TtvDD9/OMkRUC"
    "iOH/wXfYXxQcuxaooLgE7F3FdZcRGcOneZym9Jsx3l98rvfKD+/uv4+P37H4+/f3/y08cP"
    "P/748afvIz243pSnEE8bF6gTYyIIleSS8aMFNq3x/R+dVjOd6xFBgum2M/LI/5GJI/eR+T"
    "l8RFbkTzjJuSUxveMNkhMOzCRjkTLBnwPLPGfKMt74iCrJ/IDsKDw5LBF0G1dWp1u/uo7J"
    "4bzetbDlODbph1ffJKef6CYw8XU/E/xJ/tlqWklxRf26/6zgM9G5J/pcPPapvcqT8HJ4KS"
    "ZeKebuKOWzytbfSwqd9Yi2CpxxW/ZpigLJ/6BWyLbwRQWLpX2Qwb59UGLGuOyDfOYy5bM6"
    "BROMUZ4u4yRpQtDDwHw7nA/stNW6jMn1tJH8gm6uTi2w0JRAoZPjZVgHdy7lwJI+2FlOio"
    "Gc/3GtEZtPTLdPDJGo2/sVtAQvDOno/pG6dn+tRRyLrL7rTdPjafIK5fROCQm5ic8ZQIVn"
    "1KMTcfeFudIXwBqYmOhRzUMUR37f/oPfeUNc8XoV2gPJz6eMe1US3OTtJzIA2XtwbUAcSb"
    "wxI93W1SXxQKMTKonjkUc4TAS1mb0OL2797s9AGR+WTNwQZlyhMDjjN3HGULxFzL9VGmMA"
    "ljAAg8+nCM9XSAzLS7Bcjunxx5M0zIbDVJexzIlokmbYwvM9QIfD9NMAC4iYDjw/bTTr7d"
    "/SuX6agh2c/ta16gm++1qgxGonRmgQBGONZVhjLrNhXnToJNUSW7bmW2FRvw0NsDoZMuoy"
    "lywpj0iLTxbKHOp8rr+DmQN9tI4niWTQy0Nb6Z7NvE+qS3BtDIYS9oTVhy2mZAjd1+2xXQ"
    "7W4z0+WPVwDQhMiK54lIQCnfvgjJgyBD1BBGck6gpWoBzBclUOCDwbXrdh8PlojCbgYC5B"
    "XLVHFxZrgyNShztJNMqInDjAyRqMyZ5mDryC8IEPyFQ8MEkeHW9M5shtzsCIgz96IbhNBg"
    "HuAfcZwMfMJsrqfBxTj8yYmE3wz2PkTa9yNnbFlMFTkkuHz596lWe7uIv5CbfvHfy25Vn5"
    "79s5H+FbSdRI+N+H/6m8/Jz1TXdhtgl6D39fWX9WSKuzTVTpWJ1Oo9WskeCkxy9uYM7tR9"
    "djP3u8Y7W/NM6s/i/Wb0gT/ejx1rXVrndbbb9p9ZcenjH1fRYxayMCnQWor1Gr5vU+zOvj"
    "gpZtnNCYt2XN2xlzJXCumKKIET1DX+wPvlggmCSwOfp0NEKPeUHWplMbHsd5DGYb/MnCLc"
    "jcBJnhqnbxZQfJV3+Zsc7RuuvSLP0WkSSYeXgRH2gp/P5HEmB0Gf5xJWCXOKXBXbTDXWKB"
    "BNEauqiY45TG16m1lE24yEHLd0Kl15eM8TIoeYLWSFpnSbvsQdyXUstxSiNl3aSsiTek4y"
    "9/6/7qt5LiEUn0qOZ5RRKL6Y1dI6HbwEOM3mUz4XqSKI8AES5coLYkt3Dmw/c1QskIeyIL"
    "CGitKl4QNrwu5A5e4Ee6SHOJ7GYQ4yzQYvGX7SxQxzU+ZwPMYX+DL5eJUzHLSKOwdqqwLO"
    "65izQ95TfkqicGXZySmdgBrT/MoEoex85oTNDJaKNvWUwYcTgZDIW92EKC9nZHUy77GViE"
    "jphL5Qwf+E3kHfkB7j6lNiNDPzgA59EhlYzAUKAUb5mLj4jOfMoJPtYCn1PFCAD/iT9ajU"
    "hBuAgG7HEYQTnkp46UQH1EBi4bCdcPzwm88YyHcZ/o9PcYr5IBNgIBKOmwHcNFQSvBHUY4"
    "kjsgVIJZqxS14+0qIz0vL+8Qk9JfJCvPpK7v3ArSyrVwmIw9+NiTi3a92a0Rdehx69frRt"
    "uqEf/Y423rS+sX+O0fe/ys1ezcXMGF4KTHP7cuz2sE/0fqrtU8R2o8YpxKt3tpYYgKHvFu"
    "l1a9o26nTnocrZPWDYwfnPR4/fKy9bXePLP6YLW0uxbcbu3Sai8YKN5HXehx+JsbZzCUf0"
    "wq4E2iX44/bBD9cvwhM/oFmxJ5soXNZGMea2oex1G7yNgpDtvFSI2gtRa0qWPyouiCKaPx"
    "SmU0PFh0FTQkV0hMeEoCJFMr2SLMXFIYXsZ5iQjIOiez67uE/U15l4LlXTSB/y4w676SAv"
    "/5DdU8+E9l7JdD/3xSf5ANADdSV1pHIkgH79lcUm57Y1lVGTaEzqjrId529tk6+yUlfeel"
    "Bzc1HTXNtTbAmAHG9oWxZi30omshU9PxlTPXDh4I7jQumv2b6xoJThCu/dlqt+uXiNf6Zz"
    "1+3W5dtbqNVhMvr/zo8fr5P2463SsL0eTleZDKGKQwAv1lHcSM/8P5DXK7g/BtdKqHsEGO"
    "rlcmpjZGaNA8rdE8EzZ92PINKrYVww9XiAyAWBpAnMuifA8pDNNLM30c8HVzpocUhumlme"
    "4yxGzwuQpxPkZm2F+a/RM6KzzVLGkM40sznq7uh7MhFhijKcV7zayl7eCBsWIRjrD7ahFR"
    "1CxN0hrbVGfb1JRUzxHmjkqqp+qJvFrbEY0psr15ke3RRKRr5DxOL4kMq/NZrYlftmGz6U"
    "x4jI8Wv7DU/IxEj2qep9ZZ9u3fs0WZGtd+yAQ6PRdvj4jloGNTpS34OQwqCRB/jsR0iqkO"
    "jy6MV8VMQLzqstu5pBO/m+ORO+F9o+r1bsZ7hmf2nqUERiA8nf7FBd23o0te1ykbD9r9+H"
    "GTqN2PH7PDdrEt30/7ShE9ezTLFXAkOnw2L1OiLk5nKtQl7aJNK9SZoIOtv9IszE3cHJSI"
    "SA5oXfziUJxSqut8zw4PXCF5VoSgZvx/iQBBkwb+XFHsBWihz3qDe46XtdLw2761xsBeG+"
    "eD18nMFQ9A5X6HZcuH/2Ijz7fXpXPHVbQlxRLofq3WT8R/4fBnRJhWlWQ7N01ZJ/xeCXuo"
    "ZaN/78ofpjiJTsVJVkVUKpJrhV5nGLBy0WpdYOanf+zxC5icbk7htzr2+Ln1xbpsXfvRQi"
    "s/kl/MK4X/BF/PmpRy4Nklic6C0RaffdU62XvE/CJ5R8YqM1bZbqvJgdFyM7ui7n2aXbbS"
    "mmuZoenTn8/6U+i5sXF2zxbMxg1rxpg6Q9PsKuHC9QfmOvDX2IS9m1InQFzH1Pa3woGR38"
    "1natucjI11djIOFujpeHQBpt6tF+DGQQ09rIADHGLwKVWxyo66z0hMsSiPKk0H7VxgQTsU"
    "H4xH7+Ct/kQk3g0axtgRN8oRcx+Ahj/gudDyNBDhpthy2P/gwOWTTSpCnGRXhDj58E1k2c"
    "zZZs7e6Zx9SjlXn//afB205M7VQ9Vn41la7fiKtbuwPNgCk3GrmIs4ESM6AQI5Fo9cVTb7"
    "PQqcr5IgwPrtoEroEKcxtZWXR++ZJOz2Fqdc+D3wT50Hprb+Spm6X25wVXDtFngR7HUG35"
    "5kYd00mJSdEZP+TD6XwD0CU/AnMvAEvMhKAUTb5GK1ZtUHi76hVxCvOq6s+smdWLkUdI/a"
    "yc2W1R5Hz2JwH2/gF1HDXpi8hvegeFdXzO/GpnapPhb633ijs67VvurUiDpgLpGq0KQOPX"
    "7e6Jy1mt1G86beVZueJS70eKP5c6t9FbSu/NADNMDppojvIexvShM8w/OgJt0iXI8IDNuf"
    "wfZV9VfUUE3SmkBV3SzV2KwWGSlFDIA4lSli81cKTwt/OCtk5pvR+Zsx2cN/AyGb7OHDlm"
    "+Ipw1TArly4jxjVMYlpU/EuoWwfCVtIwHVUM3dSAC7bAp68dAFEEI2c28onqph2fvwMtyG"
    "S+oDFuLWh5kcj3hsMpFVIhn3gpL8uDOAHZbr95GdFLTrpUY1GJIGn1Q1L8TEbDi9ZXMdlA"
    "Y0pqAM2dEgKyQ643HaRoN4bDqbAHuK8HyVxjC9BNMNlvYqWJrvjyoL+y+pdX7nK1bz4rLR"
    "+VwjDEMfGlfXl42fG9Z5/+xzo2nhjhB/jt99BtNEDyjfeOFLTUr7tsSjHuqMtDkvu4TFCs"
    "khVQ/ZWgkLDvq5H3CpxPeTQm5gEp2/IVwylkE6l2RGvjrLV+0fzlxXFKr1G6cqZZnskUy3"
    "ZYxrgpQ1VcBSJQUqC1qqeVhZEO60IVgWREfhfpOCsyjvCYNmH4VrSxVOpfarvHXFlAwwym"
    "WgIKow3ioAtnA/ZxWVO6H8bg5/WFpE2G4HM9CYFsCNptCYbobfdrCx9Ii1bMWwD1FqWukE"
    "A9C8OkBj0IC/haWLSr3UDo7UROXoKl9NLOoWZ12Q/xn8SjOrV5tzbWuwWvv4IsHrZ29qYr"
    "f4xHfidj7X3x1/PCFvxuzpbZicgDfC5APcKwo3XXeZKpNAJ2DwRFkJkkmJhl9YrSzYl/5W"
    "pDiidz/cM8xsHD6j0lR2NluMyKS0JcDzb6e0zeYufMqlHRwr5DobjRXrV2BI80Ltne2f4e"
    "7WZ79YanNrPOrh2zCLoF0k2i+nsSJsXSM0oReJPIOnmQOtZeIsY5TG9NbONEtuF1JCxitk"
    "xvTWTb6amN71ue14liqumGJ5r7TmGt4U+/WxRuPG9cO+jgUZjSmHp1JhllUfVPbTiUVwSV"
    "UGHi+OSH02Y9x+J8B6rhEK76Jzd8dcv04wk9Bv4Vd2gAdLQbZ3PJYBtrVQi9kmdvGp06hF"
    "TafNWHzKyEtzu2Z/PxGBMdEThuQDc4dF/BRhf52XnNr6KTzqgqYo8uIuKcybm2DmkN0KNw"
    "U9yfb6LCmM2+cZbp+MpOdsvmflOxu2F2G7y6iEJywwVy8pzGy9X5FGrRkKRqRWo4raqrke"
    "kaDXhouyjpgyLASlyiu5c44OBwfLLkuPwguB3dZXV5sSmWWSFqoze5mkjgUmlrC/mVZKGI"
    "EmaqKUKPZhjaqJ9jjHMqk+69e0R9SWqz3soNfG0aougxdIKlDNL9JKKA8rt9aI2uTJ9su0"
    "+kY4GdhzVSJQ7fw1oq7Kqsayggqg87BgX5rK2elIRk9prqeMi3brq+jgcyqlj5K0RiNpp5"
    "FWRe3Pg0WFvKQy4tVavL7q66PqK2NbrlEbz7HO0rYx5LHE17wkM/LVTb6aLB+sp5lwvUrK"
    "4iFoyV06MNVn4xhcMN/d0dh5UFXBVT1y38c+hkcNCo2Hu34dkcHMFchkqUJi1fUR4x78GV"
    "UykM6fTCWiqS1O0wJwdzqWWTxoYdmaxcMLLh6kl1qKaLP45YhYZxSx8r831o11XiP+scfb"
    "N81mo3lRI8EJXLHq57/Bbzz0+M/1xiX29489bv163WjjheAkOS29UqxzMLetyy6zwMcqiS"
    "nwkVLgA3XCOj/ztjYOKczOxuv83WxnYzmmxx9P0rievT36kqbk1uiacT6PiTvaGd2ARge9"
    "DomlVjvckeNSkk6QmvWmznLWKKHESPlwUYVrmocsqNbqt9GF/oxuDDHUycxhI7XkR0ehDw"
    "B8IjPXmYKJgLtAkjfBXR27Ck89HTL3bdUvAu2MxirzttW+IpKxlb3I/Pc/dSPzHQ/3DKDB"
    "H62A0b8k2I7J/7r5vVsx+LMBhkisRQCGGJEBGJKxMoJ7jKeopDwDf4WopIW/R8zcpomvia"
    "a4VphbmpYIWnI1hI/Yba4cQrhXbWWgsN5ox+LhglB/i2KHR/sbfyJ3uH6RZEwfcA9LnlpQ"
    "bRu3VZtnIko2l/059/A2uEkKEs/ljHFVCwJu5niSTW5hrDm8nW7fZQ8Oe1RDwhsk/QEnDr"
    "+Xqr4b6owwXkaSN/X3b7HQGxlOxOhe9niwU7KBtPWZDg9lW8zKTcdqF2Rw5eIGjN4aUYce"
    "xzvUSHSfV8dRbUfOJnTRLxpAm6TTGQLXNpCWhfvTbMr1iMDUXS3O7f2rxl9hvOhss1/V+F"
    "XFqz/BVCjyEcSIXnLy7569gnLdyacQ/AF93P1JzuiIFVzzZdGbIjfr7uV5io9yc//yXPud"
    "hir1s27jC8ws/hFmnZvOtdU8R5dxdNrjuDE4rOq6eHl53uPn1qWlLgYnekxMwaKleMbiGq"
    "HR1MWnp4CJxfZnjBGZiSiVo6X2rV0SGteIbq6RFBkroKWkmCNaI2mdJb0Kk6Ugy0JMGOXp"
    "gk6SJvFloN2VaRFdeWF8udW6jAn2tJFUQTdXpxYYCEqi0MnxMoJ1TOLrwX5emngO2lipja"
    "ZuZhw2VfN8B67faUPnwQBrH0TFmQe2mII8j8J7hCMOPpGBv+sPVtMbqL6+W9Wv46y2Ecbk"
    "G+87SW6duzmIgjwy199MhVBv3b3wkgMbH4AWtmi2D8AXYUEEIkZkvM4JRVUW19kinnOYjD"
    "XlGA9G48ejNOwMx0BWgIZ9OF6vOJb2/ngDLO39cSaWhk0Jqxmn6kLFLpcUBsdJ+LAicyhl"
    "3ZeTqBGnO6TslxfO10DDdZ31ORUbg/6mcGDBwoGaLMi6VN5XUlZj6no1bynmQY8N12Ft8Y"
    "jhs+E6SFGqEQbVIKY22CjncSwmDLN2/QXUJyL4CFc7UkwemI1RUByzgoOK4ZK8WdYAl3Qh"
    "iRRv1xdjLz56yors97hBD///YRZpZpG2f/OfWaS9PmP/Fl739TTus9bVdeBLj07X07nP6s"
    "0z61Jdik5xO6sr67zfulE7WgWnSUXxOp74KUut1ZztgY8IdBaftq73ccDSzZcWIYVZVJRe"
    "VMCU45bzK8UpDcqkNcqkUYaqEfMudxv2F0SlSgvESE0Uhs5yNlDQ3wwKYu5U1kcjNvMXDm"
    "moUKJLNRcgws59GvUumPFHfEpmE4qZeWEunTdmjktuHVd60AP+4dYliM2M4FEJiE0QdnvL"
    "Rile+a3eORXkiRUjC25tkB69kB5TZW4XW5RJJy2OPHNRtUJxSOuqrZUqC2eoEjZWgtQY09"
    "oZWTrp+y/Bh5il7L8sP9Rvafrgm95YzYeqV9yqSDd1kypxptO5urHvfZnNhxNVo+qIDDzH"
    "m7CB2g02CLCjLtI9eVJl0KsMRvJmwPigSgZBIuAgxSP0wmM/I0JPg5n1oCvCKLEWWeREBG"
    "aV84yd8szS8hWYPgXWuA5NyZ3JzahYJXvBbIrXYfwWkyki7VHChkvSGiNOOyMuXdTFUjqT"
    "dGZhmSwgovAW56HMRhpJWvMNafcN6bIQAo6m1rz0G6q5Sx/sUhTZlGPxqNBHRf2JDMZUjl"
    "W60D1bQMObMXvCpcnnq/rZu87n+vHHk7dVf6GCBEE9sTBsDTgKq4qcImc7HO/bKGhYxQqH"
    "NFCogUL3cTItoLH2q+Bbibgs66reuKwRdejx68+gDmpEHbDWyZfGmYWlTvDY4/Xz87bV6d"
    "RIcJKcoV4n4krNRKkiyggACvrrLJaSyTAnHzZg7smHTOZiU5y5yn3Wl4zxUvXoE8TGZtPO"
    "ZlvL1ikp6yStEbV2otbEPP/C3GGbSV80azb6Smuuof4A/fqu6rihuX69WhHeT9mr4o9Na8"
    "HDjZ0JhhAMF/6u1+66ib6jMZ7hcYDBiyjHoPt2dOPruhpimvH448cNVCP0ytSNqi3f/n6l"
    "zNE9micLWN4On829frpxl1eMPk5n6tGvqp5iW06Fk/CmXp0lhfHrPMOvY6o2GQtstxbYV5"
    "XnmGZ9BS25lpefJbkxRup3P0qURhJkMKQTFUbqh15QMhqz0f1MgKzRVnI8SbCzw+QnMlBb"
    "NQxq6qp4hHeWwARPuPCIy+5gWmEus9MA05cdPD1ROJn+GOFtIKP1ZpNK/DqGR04qscl73Y"
    "2FZ+Dq7W/fZGyHQ7UdTFkdjTJgFSNLgqTmC9uDL4yzJ69vz8sEqiRITVKkznK+cyn8Vf0p"
    "TSuolzmPJqgOaSLdXsrLZCIe1RqrKHdTKA2H08owzFJ36swG6CICg889A5+DFYgj7JR6Pd"
    "mMXyExrH9OnkGA2hTh/SqNYf4zmK9gsJT1Rl6yQURj9m34RqqBJtDwFVP7j6dAw0FLNQ8a"
    "nqo+BcNnv5MqgV+q3XIpiWAzrKbPbnG9FGzD63h+EKsrHjF2dSGzQ2Sfec+iQK4BbA1gu6"
    "+6wgC2r8lSV5Tf4jWk1TmQtdL62sQdpNUBI4ivGk2MH4ZDj19ZqBBrxD8mJ/PXiSb+l3B4"
    "KQA9RmjQPa1Rn8AGKAzfLskMqqebfDUxoL+GRkSaDb1szDWjI0Nk8yCLkOKIDFSIAuhblR"
    "AmmUfAlru22rCiq1/COZPw32RRVbUv/JcP/giBKfkqrsF7FKmRFNsfwex0pYUxkm1IH3zy"
    "U/jS1qLXt8etZtdqX7cbuPn88lwP40Qd1wSSXVs67K+zELaioHZRWjqc5YrMNKs0W9wL6F"
    "UD6U1kirG89sHyqjPXGY3TzK6gJdfmoss+37K3sgW7ZYsm00OaOsGkOEWDaULfHJ0dlwPL"
    "LLeWnQCVXW9tP7XmztKgVjz98FEV4HDQ/QC5+8P3329i8X3/fbbJh20JxSm4V9DPv0JiPJ"
    "77VLz7r/8HijWm/w=="
)
