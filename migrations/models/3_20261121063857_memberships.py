from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE credentials
            ADD hint varchar(16),
            ADD last_client varchar(100),
            ADD last_address varchar(64),
            ADD restricted_at timestamptz,
            ADD restricted_because text,
            DROP CONSTRAINT credentials_kind_check,
            ADD CONSTRAINT credentials_kind_check
                CHECK (kind IN ('SESSION', 'GUEST_SESSION', 'SERVICE_KEY', 'OPERATOR_KEY', 'API_KEY')),
            DROP CONSTRAINT credentials_has_its_owner,
            ADD CONSTRAINT credentials_has_its_owner CHECK (
                num_nonnulls(person_id, service_account_id, operator_id) = 1
                AND (kind IN ('SESSION', 'GUEST_SESSION', 'API_KEY')) = (person_id IS NOT NULL)
                AND (kind = 'SERVICE_KEY') = (service_account_id IS NOT NULL)
            ),
            ADD CONSTRAINT credentials_keys_are_of_a_workspace
                CHECK ((kind = 'API_KEY') <= (workspace_id IS NOT NULL AND hint IS NOT NULL)),
            ADD CONSTRAINT credentials_keys_alone_are_restricted CHECK (restricted_at IS NULL OR kind = 'API_KEY'),
            ADD CONSTRAINT credentials_restricted_for_a_reason
                CHECK ((restricted_at IS NULL) = (restricted_because IS NULL)),
            ADD CONSTRAINT credentials_in_their_workspace UNIQUE (workspace_id, person_id, id);

        -- not logged: it counts the requests of the running minute, which a crash may begin anew
        CREATE UNLOGGED TABLE rate_windows (
            person_id uuid PRIMARY KEY REFERENCES persons (id),
            window_number bigint NOT NULL CHECK (window_number >= 0),
            requests int NOT NULL CHECK (requests >= 1)
        ) WITH (fillfactor = 50);

        ALTER TABLE wallets ADD concurrency_max int CHECK (concurrency_max >= 1);

        CREATE TABLE client_lists (
            version int PRIMARY KEY CHECK (version >= 1),
            clients jsonb NOT NULL,
            reason text NOT NULL,
            published_at timestamptz NOT NULL,
            operator_id uuid REFERENCES operators (id)
        );
        CREATE TRIGGER client_lists_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON client_lists
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

        CREATE TABLE violations (
            id uuid PRIMARY KEY,
            credential_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            person_id uuid NOT NULL,
            at timestamptz NOT NULL,
            client text,
            product text NOT NULL,
            surface varchar(16) NOT NULL,
            why varchar(32) NOT NULL CHECK (why <> ''),
            list_version int NOT NULL CHECK (list_version >= 0),
            caller uuid,
            lifted_at timestamptz CHECK (lifted_at >= at),
            CONSTRAINT violations_of_the_persons_key
                FOREIGN KEY (workspace_id, person_id, credential_id) REFERENCES credentials (workspace_id, person_id, id)
        );
        CREATE INDEX violations_of_key ON violations (credential_id, at);
        CREATE INDEX violations_of_person ON violations (person_id, at, id);
        CREATE INDEX violations_by_age ON violations (at);

        CREATE TABLE referral_codes (
            person_id uuid PRIMARY KEY REFERENCES persons (id),
            code varchar(16) NOT NULL UNIQUE CHECK (code <> ''),
            created_at timestamptz NOT NULL
        );

        CREATE TABLE referrals (
            id uuid PRIMARY KEY,
            referrer_id uuid NOT NULL REFERENCES persons (id),
            referred_id uuid NOT NULL UNIQUE REFERENCES persons (id),
            code varchar(16) NOT NULL,
            attributed_at timestamptz NOT NULL,
            rejected_because varchar(32),
            sign_up_rewarded_at timestamptz,
            payment_rewarded_at timestamptz,
            reversed_at timestamptz,
            reversed_because text,
            CONSTRAINT referrals_of_somebody_else CHECK (referrer_id <> referred_id),
            CONSTRAINT referrals_rejected_give_nothing CHECK (
                rejected_because IS NULL OR (sign_up_rewarded_at IS NULL AND payment_rewarded_at IS NULL)
            ),
            CONSTRAINT referrals_reversed_for_a_reason CHECK ((reversed_at IS NULL) = (reversed_because IS NULL))
        );
        CREATE INDEX referrals_of_referrer ON referrals (referrer_id, attributed_at, id);

        -- usage_hours refers to the mark and not to the wallet: checking a reference to it would wait for its charges
        CREATE TABLE usage_marks (
            wallet_id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            through bigint NOT NULL CHECK (through >= 0),
            CONSTRAINT usage_marks_in_their_workspace UNIQUE (workspace_id, wallet_id),
            CONSTRAINT usage_marks_in_the_wallets_workspace
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES wallets (workspace_id, id)
        ) WITH (fillfactor = 70);

        CREATE TABLE usage_hours (
            id uuid PRIMARY KEY,
            wallet_id uuid NOT NULL,
            workspace_id uuid NOT NULL,
            hour timestamptz NOT NULL CHECK (hour = date_trunc('hour', hour, 'UTC')),
            meter text NOT NULL,
            product text NOT NULL,
            surface varchar(16) NOT NULL,
            client text NOT NULL,
            credential text NOT NULL,
            quantity bigint NOT NULL CHECK (quantity >= 0),
            charged bigint NOT NULL CHECK (charged >= 0),
            charges bigint NOT NULL CHECK (charges >= 1),
            CONSTRAINT usage_hours_once UNIQUE (wallet_id, hour, meter, product, surface, client, credential),
            CONSTRAINT usage_hours_of_a_mark
                FOREIGN KEY (workspace_id, wallet_id) REFERENCES usage_marks (workspace_id, wallet_id)
        );

        DROP INDEX refusals_of_wallet;
        CREATE INDEX refusals_of_wallet ON refusals (wallet_id, at, id);

        ALTER TABLE orders
            DROP CONSTRAINT orders_kind_check,
            ADD CONSTRAINT orders_kind_check CHECK (kind IN ('ORGANISATION', 'SEATS', 'RENEWAL', 'CREDITS'));
        ALTER TABLE order_lines
            ALTER starts_at DROP NOT NULL,
            ALTER ends_at DROP NOT NULL,
            ALTER days DROP NOT NULL,
            ALTER days_in_term DROP NOT NULL,
            DROP CONSTRAINT order_lines_kind_check,
            ADD CONSTRAINT order_lines_kind_check
                CHECK (kind IN ('SEATS_FOR_TERM', 'SEATS_FOR_REST_OF_TERM', 'CREDIT_PACK')),
            ADD CONSTRAINT order_lines_for_a_time_say_which CHECK (
                num_nonnulls(starts_at, ends_at, days, days_in_term) = CASE WHEN kind = 'CREDIT_PACK' THEN 0 ELSE 4 END
            );
        """


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DELETE FROM credentials WHERE kind = 'API_KEY';
        -- orders of credits and their lines stay, and so do their kinds: they are append-only
        ALTER TABLE order_lines DROP CONSTRAINT order_lines_for_a_time_say_which;
        ALTER TABLE wallets DROP COLUMN concurrency_max;
        DROP INDEX refusals_of_wallet;
        CREATE INDEX refusals_of_wallet ON refusals (wallet_id, at);
        DROP TABLE rate_windows, usage_hours, usage_marks, referrals, referral_codes, violations, client_lists;
        ALTER TABLE credentials
            DROP CONSTRAINT credentials_in_their_workspace,
            DROP CONSTRAINT credentials_restricted_for_a_reason,
            DROP CONSTRAINT credentials_keys_alone_are_restricted,
            DROP CONSTRAINT credentials_keys_are_of_a_workspace,
            DROP CONSTRAINT credentials_has_its_owner,
            DROP CONSTRAINT credentials_kind_check,
            DROP COLUMN restricted_because, DROP COLUMN restricted_at, DROP COLUMN last_address, DROP COLUMN last_client,
            DROP COLUMN hint,
            ADD CONSTRAINT credentials_kind_check
                CHECK (kind IN ('SESSION', 'GUEST_SESSION', 'SERVICE_KEY', 'OPERATOR_KEY')),
            ADD CONSTRAINT credentials_has_its_owner CHECK (
                num_nonnulls(person_id, service_account_id, operator_id) = 1
                AND (kind IN ('SESSION', 'GUEST_SESSION')) = (person_id IS NOT NULL)
                AND (kind = 'SERVICE_KEY') = (service_account_id IS NOT NULL)
            );
        """


MODELS_STATE = (
    "eJztfW1z4ri27l9R8WW6q+hUT/pl5pBbt4ok7jR7EsgF0jN9hl0gsAjeMRLbNqGZc/Z/v1"
    "ryC7aRHdshRDD60I2xtSyyli2t9ay3/6nNmUls96Rp22yF6YTUGuh/ahTP4WD7Yh3V8GKx"
    "uQQnPDy2xWgcDhOn8dj1HDzx+JUptl3CT5nEnTjWwrMYhfFdtkJsikYmm2OLnmzINxOOzt"
    "DCsebYWaMHskZvVnwQ8YaWWUd0OR8T5+0JzGWyCZ/Move7ve2SWv9ekqHH7ok3Iw6/+Z//"
    "5KctapIf/I8Mvi4ehlOL2GaCc/5t4Cbi2tBbL8T5FvW+iMHwq8fDCbOXc5okWKy9GaMRhU"
    "U9OHtPKHGwR8wYP+nStgPmh6f8n8xPeM6SRL/V3JwwyRQvbZAKUPu/YnOuNhy2O/1hz+gP"
    "h7UtiYUUMW4HpyaMgrT5b3UFG+7hJ7w7/fnjLx9//fD54698iPiZ0Zlf/uNPveGOTyh41O"
    "7X/iOuYw/7IwSzN9yN5LXN4Lu71qWcwwmiFJOXS8s8AdIqrA5PbHi9eeD3wOwcTl58bXbf"
    "fPj8VvzFzPXuHXFRMEmwOMZS5jy4CzwhZbmaotOMTTF2TjzZQtAnPzJWgoggxUr+046LiX"
    "3jjz7cee66/7bhRPtbsys4e9P8Q7B2vg6uXHfaV+FwxncVf8NpX1x3zlPsXjBmb3P7YoYd"
    "gy+xguMt/gPD3SzB+ZBWZcbXbpqtdgPB/wP6e6t92fm9gfzPAb3otC/uul2jffG9gWJf0n"
    "tkxqo9xz+GNqH33ox//flzjuhCQf3svwIxkQRXTsWlpGjwnC39zSwpnHPrPnNb3NDsZlt8"
    "5bch2Bj/6/T0w4dfTt9/+Pzrp4+//PLp1/fRDrl9KW+rPG9dwW6ZEEG4fW4YP1nDpS2+/6"
    "PXacu5HhGkmG5aEw/9L7It9xCZn8NHYEX+UpRedVILP9wgvRTxNWbGJEv/JWeZZ81JxhMf"
    "UaWZH5CdhAfHJYJ+68bo9Zs3twk5XDb7Blw5TWwH4dk36eUnuglfEvtfEXxF/91pG2lxRe"
    "P6/12D34SXHhtSthpiM86T8HR4KiFely2dieS1yt7ZNxQq7zDKbu2Emu4QSzaQ/BcqRraD"
    "Nyowow5BBof2QrEFoe6Qy2fpSl6rc66cEUzlMk6TpgQ9DhS743nBzjud64Rcz1vpN+ju5t"
    "zgGpoQKB9keRnawb2DKWfJkOtZlkR1zn+5toj1K6baKwYY1fQhhqPAiTGePKywYw63rrBT"
    "ljV2+9L8dJ4+gym+F0ICbsLvDEDEC+xhm91/I47rC2ALZkyNqOdhjRN/7PDRH1wQcbyNg3"
    "5c8ss5oV4dBTd5e4ZGXPYePzdClou8GUH9zs018viOjrCLLA+t+IfNsEnMbeBx53d/Bv74"
    "uGFiQQAyRqERyCcRyFC8ZdS/OI1WACsogMHrU4bnMRLN8gosd2f49NNnGWZD+VKXYeZENG"
    "k1bO35vqHjYfp5gAVETOc8P2+1m93vcq6fS7CD8+99o5niu78LVLB2EoQaQdDaWIY2Zlt8"
    "WbwGIE+miW2u5mthYtwQ8MCCGlgzVIfARQsqENDCMZ/EYY/ERP493TM4w033d4za6xPU50"
    "MZJWhleTNBN7PuZ4SThrfjGpVF0ZQ5E7Ktme1tVq2xKauxBRIuBYNvSDQQ/gwg3CHYlT3Z"
    "2WrbhkJrbVWcoMsxfzRnlRSINK3WIZTTIVKgKec8c0qGbaTInhG1cTho3RNBG4poZt8sZm"
    "MvAyLbXMzVyx7DYYW1Modw6XHFxpthH4ZyyHTpcsVoTCaYH4CyZHluoCfVfY1InAAD+4d3"
    "gka2NfXEqjFqAJY1Ace9iyhDc+ZIdbK9zPkMjazcG7X78Ken1bHa/5ku6QSkiMRM8N/H/1"
    "tT7tXK1cscYnLxWtguuYRtEerQMx3Ttx/G8s2Tq6cluZog0ixNB8uUVlS1enoA6qm/d5dC"
    "7COKSqbf4aijL2P5OcxcTkoxPEaije0qLpKlM8WyQDAIOs7wkGxIjoLlLx05vJqty7A3GH"
    "6ErP1wWoC1H04zWQuXUo4my/WG5bHnNNkxRWc/E4KObX6QcSQJAM6xaSIKjcikn9PA0i/t"
    "EI0T6ug01ZRFRVC3iwhMqMn8oZur9Vx/aDSuMPA2JtghDtpQnqAOtdfC29j72nx3+ulziI"
    "O5hI/ywOf4QBbemRgSnJthF8FIB1OTzdGYD5chbi832YAO6CiOG4wQxY7DVi7CnM55tCZE"
    "BMZ5zPeohkPP0MidMP7YjhD/bXDe5JMvJzMIiRstXS6uxsqxPDI6QU1+J1f4XV3b4pxs8D"
    "nJj4XFH0GAANGcPRLXhwmXwG1K+A7F/+g1oyYaBXHgI4AN8ZjYIgpvBdjjgrCFDX8eQW8G"
    "XK9w2Bz8vujaossfg9pb8dd1pghT1LxtwZ9RR6OZFQTyiVsAy9iKLxzIIRN2Ty3+SwGRHK"
    "/PYDq+Wfp2Df8r4beIM/zN4L+c/+FvMNyTmMDZ2Vvk4jW/KRtQAYbym8Bofhs+mMtyEgCe"
    "yPXYQswhYm/hx4WgPoI1z/Vx1TcXH5+dzKyB0H0AoQ/875NruU9nLoa0Kqu8tZ7R67U67Q"
    "YKDgb06o7vGcPofOLrgPaM7rfWhTH8zfgONNEX/i7eGt1mv9P1L8W/DSh/Q/3TwUF6GXwd"
    "C0asOGWs8ohAZZGqa5OLnWoI6+k203NjF5OEOoAxzf+iAYyvCpEfjo5ewgIKtKghngg3Z0"
    "nWyqk1j5M81tEUR+qHPEq++obTNkebjoOz9reIJMXM4wtlBE3hz3+mITmH4Go4UpJSux2V"
    "Q5ISqeIRKlBWzElKjRcqLWVdEOCo5StQMpcQWgX2T9FqSassaYc8sodK23KSUktZZSnPLF"
    "koULYfPxx/DIFALw8wRj6GMixOkR0hp9+/L8Lq9++zeQ3XJMwO3DeluR2jOz52f/5YgNuf"
    "P2YyGy6lk8diXq/yu0OKWG8QKm8QMXEFOSBlXCZy6mN4x/bhPlEkEKPn49RNH6auSYIxUi"
    "PqeQEZKdS7cFRGGLEgXOgOWTDHc5EIRkAMXPzYdCHrO4gcaCCMJjASWIC4eVmHE8zkIkX3"
    "/CFb4bUsGuNlJtF+fiVQ2mw/v/gssayF47UjuErJII33HqvioMiGZVDPWcv2Kf9C7vbErS"
    "7HqtguI6D1pxnV0WpmTWYI4oNMiEljNoHSJKMxM9c76KKx29lEtODCIY8WW7oiiG7kX0Lv"
    "0M/87nNsEjT24xJhHR1jl4jAOYdMiQM/EeIIMUXws9ZhUReX8x/5szWQyyAN2L/rgPIZRC"
    "zg3HJdTn0CwXQT5phBKJ2I4iM0LMEH8YYeoXU0EnF2FuWbdHgdKvfxXYnfwY/VHiHsPhBT"
    "bNSW91JtQ/JKpB9j55C9FEjX/UVeXAtSKgbgOBl79GGjV91mu99A4mNAjT9uW12jgfzPAe"
    "0a3zq/8e/+J3zv9TtdcUIciKYYvbsbQzTEgIMB/dq5vmwg+B/u1zfal3A/+ISg037/2oB4"
    "U/iE+10bzZ64nzgYUNBXOnf8FwUHA9q8vu783mxfGEOux3T7Br/d1qn4KC7d9lVyVHAqPo"
    "r/nOQYcWJAz4228aXV721ukz4TG9O7690GN9o+N6Cc760L/sf5n2kloAjgd1oE8DvNBvxO"
    "twA/nQl+NCp6EtuLFK7yKG6CVAtaaUHrhld7RTh0V6VX6qrkccOvpDIbI9GxrDpX+qV4CS"
    "jMNiez65yG43WR05JFThWBIK+gCUtNAkH6F+p5EKRo4FINgfRJ/UkKgH6oOffL81kU8eds"
    "6WJqejO3LhKMEV5gB9Jl0cVX4+I3SfbyvifXzX8VLeSswTkNzh0KY7UttFdbSDf/Vbb579"
    "HD1L3WVXt4d9tAwQFAx1+Mbrd5DdixfzSgt93OTaff6rThdOzLgDYv/3HX698YgHVvjoMa"
    "CUFtBE5/3eQPAPzPj++A2z3AdqNDNYTN5eh4VVJzEoQa51Ma59PZV8ct36C1ZzlkMUakoc"
    "XK0CIUfirH95BCM70y02cBX4szPaTQTK/MdIcAmgO/qxTnE2Sa/ZXZb+NF6aVmQ6MZX5nx"
    "2LbZKjR2CqKECZpKvFdMW9p1vd0FcSxmDoURUVYtTdNq3VRl3dRlS0f27mQDaxsKlVEEZZ"
    "E1brVJ9wnGbIJppqUn3SfGAdJ2PCw/73SuEyw/b6V5endzbnTf/Cz4zwdZXsbGMLGZfEfO"
    "4/SGSLM6n9WKeGxbJpkvmEfoZP0bkWaPpEbU83y41mbs8IGsC3pzb+MuUz+YAtyh67cnyL"
    "DA5SmSKvwMC5GiCF8nbD6HRIyVw+erQ54inBWN27DtD7M8dM+8bQfuHuZ7hs/2gZRqMREM"
    "381e8rru2mQ476dPReJ5P33KDuiFa0+0fHudWJ8DWuVKuBgtulhWqXSbpNOFbtN6UdFCtz"
    "ocYeePNAkzJ4uDEhHJEdnFe4fixKa6zffswMEYybNiBxXj/z5CB3WS+nNFcRCghTr2BvUs"
    "L8vS8K89ZWPAqMLZ6k20cNgjp3J+gn4u43+RSdDp2bXuqYjDxNAbxi/5fob8Bw6+RoSymi"
    "m7uanETvizFo4QZqN/79o/dekUlUqnxEVUKcYrRq8yDFi76nSuIAvV/xzQK7443Z3z7+Jz"
    "QC+Nb8Z159aPFop9Sb8xrxT+E7w9W1LKgWc3JCoLRll8Vnek3n1GktbKtFb2srXuuNJyt7"
    "jBzoNML4tdzdXMQPUZLhfDOR9ZWDnb9JuDpBos06uYw88/Esfif42JyLs5tgLEdYZNv0cg"
    "n/ndciH6CWZ0HHyReaB8UM/Da67qTb0ANw4q/EF9Hs4hwl+lOtQAEveZsDmUDBKF8/h1yq"
    "DcHoiPz4fv+VN9Bj33xIUZDIQOgmzpA9D8D3gutDwPRFgUWw7HHx24vKvisDnIsl6z9Zr9"
    "spY0fbQ8HDB/25beXM1ds61oXOEV27bowwnq+N1ZPfZAKGLp3q1Bt9YTaJxKXL4j/BihNq"
    "NQO9RF/E9awycsX0Q0W3X5Iy9dtV90Lqnx7eugiXwybXsrZXsz5x5TyxUPbdn2aNuk2trQ"
    "KZj7YaxYvir4R5N02j9ar+gfDRWrscSjl+PwT1Dph1pjE38XPVfRNnZazC8n5lCB3hZyXr"
    "5XRHJEIQ87SwUA/pRkZ2VWqvZq7JqXkGtVqnd9RKB7r5T35OhWeH+HJT+UVTmtOEmly96p"
    "E88f4Xl3LqnlAoN3fluqItjgMNyWnsYHe2xOoIwf+hezKDGhlhkWMF4dMWhfAE4W8HRso3"
    "2lKHVzIQWe+XoOShd7eEoyPE2obW6N0O2HsTp2ZecshXIgFTTIGJmGDJTTHxXRdc4xpWLr"
    "31Jygiu52s1YjCns9fS4kSl6K0H7pjXoKXXQUGw2wTYncGdsRUXnqT+j0mF1FJSYejuqIz"
    "yGQI6VSCfED8RFZDqFoBP+feQfWo8EekDJ3KD7m1w0xJpyXrgj4S3l755Lwr5WlHnWhLh+"
    "LAt/RR0XcfXrDI08xh9kEQIjWljBWOgwLMZAUy7Ii4SzluPW/cK3oM6Z/CK/s2W69QGF3M"
    "rgPt7Ib3IFo2DPgnsIF67Dlvczrf6ps85nq39HX2Wxb3Rveg0kPqCaouheIz4G9LLVu+i0"
    "+632XROKKjZQ6sSAttpfOt2b4GrsS/rdf52waVhutoWXnX0Vjtdl25+ReyUW3TJcjwg025"
    "/B9vj2V9q3laLVSKdqmmoy/iJUUsooAEkqjXSmY1rsKuZdjEy/Myq/M7p+8t9AyLp+8nHL"
    "Vwe+HZePzxBRDRLYywjDHXIavcOQoqAXDZOgQshm6Y3Zj3rYljw8zW9DXewDFmzqw0yWhz"
    "xi224duYR6Qct06Nxuhu3UfWRHgnbta1aNISnwStVzMKRXdccczn5UQl3nmwa/KEEZskOo"
    "YiQq43HKRlF5ZL6wOXvK8DxOo5legekaS3sVLM33R1WF/TfUKj/zNaN9dd3qfW0gAsnfrZ"
    "vb69aXlnE5vPjaahs9o4H+mr37iv10yteH8nV+RqVF6dBMPOzBniFb87KL+MdIdLS5JNqc"
    "8v15GHCpwvsjIdcwicrvEJiMVZDODZmWr8ryhYiUIXEcVqoPapJK55EUU8YVQcraImCpJo"
    "HKgiv1PKwsCHcqCJYF0VHIY4hRElV+hMIVK+aYrginmmOToKnD5mgEUS4jAVGF8VYBsMX1"
    "Lr8ukY3p/ZL/YbKIsJedTENjSgA3ikJjqil+u8HG5BFr2RvDIUSpKbUnaIDm1QEajQb8LT"
    "Rd2NQrpe1iHZWjqnwV0ag7lPS5/C/4N5laHb+cq1tzrXUIDxJ//MyiKnYnXfntzYz8eBsm"
    "J8CNYrXgoEQnFIrHNld4oqwEl7guKH5hvyaAorm2PGUSR/TLT/cMNRumz6gllV3PM0Gki3"
    "qmwPOni3oulg5/lSs7OGLkKiuNNeMPzpD2ldFA4dGA9lsXvxn9BvI/1fBtaCPoJcp5bZax"
    "MmzdItShF6k8A11B61hVM+XynQ/nBToI+SqiejeXpuUZor2cRPOOXc1VvDGMG0KXusIdlH"
    "6fMTSZYcp/lQizrPugsp9OzIJTojfqbH2CmosFoeY7KNPcQJg/i9b9PXH8TqnE5ePWfm17"
    "/sMkyPYLz6WBbSW2xWwVu/zSqbdFRZfNRHzKxJO5XbPfn4hAq+gpRfKROOMyfopwvMomp7"
    "J+Cg87fKco8+BuKPSTm2LmmEyZI0FPsr0+Gwrt9nmG2ycj6Tmb71n5zprtZdjuEOz6/VeK"
    "rtUbCr1aH1akUWcBgmHSalTRtXquRyQYVbbOJpRXcpYUHA4WNJ51PcwfCBiWU2LzCSJtJi"
    "mxdWabSeKzxMISjtfLSgUlUEdNVBLFIdioquweUAtPunU45lN1DEUdveIZ3WL4CRpxCRLq"
    "CU81RJCyKRqZbA7llf0bnrTafaPd743qaOSQKXEInZCRD8RhNMb0wc/A5lcQ/GhZ+7aXnE"
    "0UKkz184r87jBH6HO3hL/9zP8OrT8p6nSvmu1WT1RcC+oQTvjO6Ip+myKIdoHXc/6DT+DX"
    "TAhn4JAu52PijAbUP/DnWWDLhMncqFMnRvd4offQQ9hDj75EYfwxbyQe+gHtGc1+r4HEx4"
    "BedI3LFnwPDga0a7SN35vXDRQcpF/u1/H4c2l4S0ncaDGhbaiVFtut0b5sta8aKDgY0Ntm"
    "65J/5f8P6Jdm69rg3/zPATX+uG114URwoIag5nzNY5Xfrg210oK6+Gpc/Na56/PXJjga0P"
    "Nm+7dhv9ts974Y3QZKfFVDNOPlmjglozviNBrWTDFUmX6kh+P2LxORtHRAGZSUrsqJc4zR"
    "qLyCVAx0/FBgSfiQuSJ82Kr2yzxsD+cWlXnozq37zAzyFOExJZH/1+nphw+/nL7/8PnXTx"
    "9/+eXTr++jbPLtS3lp5eetK8gsT8hiO9XcN4/KIPQbCg3RPwuiD2zNMstLgujowqg/nBZZ"
    "Xk6z15fT9AKTNKHLrTHbtDtpMvm6/H6VNUajmFVWnYNAMXWc8d9OzIA8VpBxjEzHGass34"
    "nNqkWSJwi1jFWTsUoOp2uLklqW00lcrD/peBrafFzhEikwOPDBCOo6wm7aExTNLu2EVeEO"
    "EkfMn8GP9yGXQLf8p3bPqOSeiUuoOJ5mapwyC0nLMr8yba9n2lyqcXHX9QGP3n8onIPDL5"
    "3uELqcBc7C6HvoNRzeNi9+Cz2H4kvgXRQju3yXHHa+bN0hfr6KX2T3KMW/l5h6licBmvPw"
    "iTjVMb0lewYn+F/vVYGgk3RaAJUFgOdsSSuJIE2phVBZCMp0W9JGn262pOVbSb4mXpepwh"
    "0O34lXQ41Fc2cKNvBmaHGmEGdekqVxMs1an7WKQE+3fmhtTQI8hZfqebBTEJpbuHYB9kT3"
    "cIcsmMPFHfRCD/GjBiJ4MoO+6tSPDkYLhz1aojU5N9zqIgQZuq6jCf+tol25l6g7ICthsI"
    "8ppahWeCMYIO4/fCBrDWxpYEtRNXs3wFb8qS8awxGnURmEUSaIY7OclOBygugI2Xz66VMB"
    "PvNRmYwW11KPM5atDeeM2QTTbLeuhMVjTnOAPM6zozud64QlcN5KJ/Dd3Zwb3Tc/C47zQZ"
    "anJuKhpoK575ik1wjuVY3zLxnbyyaCXVUCCVKkOh5IadhBxEk+VhJ0ilQLWmlBc0sSclXL"
    "rJgxkiPUwXav6oaVOMraaEkyncijDOTUiaVZ1aQBT7Hr9fyYp83IMjn3G6oT1PJckcMOme"
    "lBw6YHd4En5KesHPoy1FJcyH8io6HwhGpQSClQKCGbEvxO0+2X80ouOjrp4W+hFCmyt1wS"
    "m2TtK9G13D3FDEYVjqJ1CH+AXFEPWdAScC3gyQRQiQaaYNsmJoK/Dvn1E9HI5DsC9kZ1vp"
    "fw645j8QHgkhC1lfk2wTcZSbWwF51Jl0dRYqnULQb3uBsFr1NFKz1Jq3ck5XakROyCWAfL"
    "CnlDpcWrtHj9rW8IW18V3XKLWsd0qSxtE7rVVXibN2RavqrJVxHzwfgBMUI1ifEQXMk1HY"
    "gYU7h9IlffncnMehRBRRBhFLRHmfGfGgYpBb3ET9Bo4TBgsiuqKorzE0I9/mfU0ci1/iKi"
    "h/h47clKP77wXNp4UEKz1cbDHo0HqF5YufVkRKyyA6j2/+6MOyhl6H8OaPeu3RaVEIMDKE"
    "vZvPwORSn5x6HUQgzXtm3ZZUaYxEmOKZ9mZ6HhsCds8zMvaCek0ME6lbOTZvj002cZ1yl2"
    "1hlcj2jSoWmwlx8e5/OYGJQcixReviSct9rN7nd57flzSYmy8+99o6lBox1J5CDskLiopx"
    "a13FklSadItb2pspwVqtGlpXy8qMItzkMWxNX60+jCcIELQwxNtLDIJCzQEwAAZ2jhWHOu"
    "IqAHskZvgrtaZh35BUbe1mH8amZNZqKpQqd7g1xC/A4LNnY95D//MgflS0/3DKDh1cutqF"
    "Dj8pkKfzbAEIm1DMCQINIAQzpWhmVUIc5T8GNEFTX8A2LmLlV8RXaKW4G5yXaJ4EruDuEj"
    "dsU3hxDuJXNs2QLrfSSONYUgkfEaYeRa9/SdRaOE2DN0D/aLi2b4kSDKqKRj+G5uK9oJ+Q"
    "1ChkvqwW2g5AIQL90FoS7AsfxmlucSe8rnWlLIyHTIo0VWYkr+BLn+hLZFH1yImWGwZ4Tx"
    "Mi560/zw9gxaEo1tNnlwB5QygYlrSFud5fBY2gXV7npBw5ES+OvVHVd6G0h8DCjcoYGi+7"
    "w6jmpa7sLG62HZ3odpOpUh8J0YSi/RA1EsrWW4HhEcQ47evrnN9wdsV3b2bKj3uN4QWna1"
    "MdpX163e1wbfaAe017q5vW59aRmXw4uvrbbRMxror9m7r9jXLl5/9QE8ZfgXo6WWngTRPh"
    "f//sUrbK4v8ioEf8CwaoJEFr1Oz/obttZrXvRb3/jK4n/yVeeuB032wGUcHQ4o1CTlVl0f"
    "Tm+OB/TSuDbEyeBAjYUpMFrKN5vfItQ7dfnlKWDiWFLCIHtNShDphUjK0UpFMDeE2jWimm"
    "tEImMBtFQUc0SrJa2ypOMwmQRZzitqlCbdY3Gj6MzBVjfSia9H+3op4jnoQhdEB9s1ie8g"
    "ulbP8x44waiC/oMem5MxM9cCzicmWi7QyvJmyA3O/+SiCZ+kIapoglMA+RPwoaGHoEvg73"
    "YRdgiyhC3juWeozQ10/ucxD91bj0TiZ97rzNoRoIRCmu0ICGRbtjxMiky7n2WtWKHeWCW2"
    "mrr+hdynb5YqFRWOVxnFKR6D8sLIC/b4/ONlNTVri1hrWsppWsnl6V9kAtIakwleuiUbRm"
    "/THgPY9tKF2EDdGi4X3AYE5anSa5ZxCw0aqPyuBSX+nyP3jFtouassdwfyhKu1vU2Rajkf"
    "hJwz99Jsr5WM9hj20n04rhRDji7A2MhBjy4CY+RpBGkIdkvJMNQAtKmjOTYJWkFpMsuDQM"
    "6p5bgewu4DMdGUOdkRp6Xu8AxYR61k+r8HyPO6hvPrpm68sNmsXRNHu8mrs8Es3UzPhLj0"
    "1LYCgwpuKCNwAYgUAMggC3vRh/cIZxydoRFklw25VeLw4TDWz/jih9gT31dQF8z7CTaQ+y"
    "UXBVoRhyD+0JsIe9v70D4n1l4JxTcsX4Rlq0fHibRHIrVRqViT+ygYWwUt1zu+kju+djbt"
    "CQsXNUMl6eTZy9CGQoeYptJrInVom595NaSSdMdUmGvPpaRAcd1m/T96nbac8eH49AZgTT"
    "z0v8i23ENkfQ4XgRP5iF8a3Es99HADhRC/HrfbaxJrTJyv55liLh9RGNiDwXWoFEp+8EeC"
    "QDAW/zL60/WghMkQLkJSNz94O/I76fjBxGBCUdFx2fWYQ8xGZEyJ6cX/Q3/oSAYH7mVeyF"
    "D/Al0URg6xCXZFnwXETZZRBPWN0IxxcQAKSRma81tCM2lhsEE/BogzA2vPJZ5nE3CPoRl2"
    "0ZgQilaO5XnZEWh/JjofBXptULCES153GFJlk8trO70lwKIsl5Bqm0Ybi/th7KvXUVJDQ9"
    "td6dRwUyprgycItSmutCkeqBtlRRwj0xEUKsv3VV3ChyPXMpik6yd3VAnlTZLqN0flN2dj"
    "PJUVc5JSS1k1KSuEdVzMML2XxjbFrtafwj2GEzGwRHsXv8WKcOvO+L0JJKt5DIrY8dudIX"
    "HKfMeovT5BI3435owaaDVjyLRMZHlhQprloSmxbWQuJfX2XnAe7WRWYlPMxhDEU1mO1TES"
    "bdpqzEA7mNVh6EHs6nGxHlYJzvJCrTUvRS0q8TGgzV6vddUWJ4KjAf3WvPALUwUHoiVSNG"
    "5zDOev+Tf/rH8E5/p+g6TgIL25v05AqDZmd77+gcpVhpsRgeZkkpPMMUtn+sdpND+VckLf"
    "EsdiScth+2r9ScNsIQaW8kuje6g1zg0nN8geEa7YMX8EppbnQksK+D5n1JvZa+RP4FtYPu"
    "4OlynUChGFSPivIohbSeL0HL05//VtlmN6PxNLfcZx3V/cdyhu6XuMt5TYxIKeGK6NQG0E"
    "HpZqrY3A12esWmlzx8LSzbK8xdUnMvJTtNrWVs7WVkRR+z1c2XrE83x+b6lrW2NylbbNWu"
    "n6w0tg6gEFKEqMf50TiC45QW3+e1yEqYkesb0kfmU30KQmtkX48/ATYitJKbmd3FGqbOXq"
    "U4J7Wo9SSo/SG7/e+A+FpfKeO9mpPUfVayeJf37+WAD//PwxE/+ES0nmiuV+m7vZNVAigq"
    "Ngb57W9BIl+5cLs2L9gSSlVmC1ApuBNC7HEfu74udtw42pIbnqqxsbXFBz7UOeR4xM9MhF"
    "kepwgkYLG9OoeADUVLIENIg9tIKkELa8n3noTfMXCbC4y5uLxoshGjkMho5Q0DJx5YeYuM"
    "gPhRHldBC27UBp5jqxn8Lu1tHmJvAkEXMEZZo9BgkwUHPZn9m/xE8PKMGTWYB+zvkv5sKE"
    "F3eE7ADcREEJuahrJPwG554gfA8ZOpCGQwmffeg5a0jFafgVgEQ5Bc4JPp7yBZyrrhaBjJ"
    "xsxV2nzqih7RyWpn4ExYmVyUhKe9qOgLewAG8zNDvDNhyvM2xLZtjGmc7nJc4jlrS0KRaj"
    "EqdXWbWv3XTa/a/X3xsoOBjQZrt917xuIP8zrTG8TlzJZOnwPXoiyTTPqUkRo1FZBBWN1w"
    "9FylJkV6XYqoBOJzNZoMkTsXYRlTahlDOh4uIt2+50/51OjwiWEJIQNsU2y3P7ZCUJ99gl"
    "63WYv8MmWZHFWKkR3Ta1Xs6UXs7SKMO2wDNzymWkOrs875XykZYqLN5Qag5LOBwAVWX25R"
    "iJLpVefmdOAn1lt4ltap06qvIuscJOtTTwBKGWscoy1iXIj1bMCroA+8SZ157wAYox9aJO"
    "wKHHhxdOP4DBG+fbAltQaE5anK6ORvw59IYLx5qQ4dyizBkFWd2y9ILd3ViePhD/i5Ml57"
    "R/TCX/mERQhTMDtkl18JWugKYroCn2uB7E3q9cBTQt4JcTcFqfkKDmOaW8ZdTHtFjuuaC3"
    "TpM+mjTpPnYfahJrRZzPtVA8PqKgUdJlK4i9C8tdC0oxwwgqVluTGSQf86UYikbZfjVt0e"
    "zoDDGors0Zx+xHYopK16KAdlAqC73BEHF3fw81tfHaRS6TxC/ufXZ5wk68+Y4O+lPNqNEN"
    "lXSq86Ew1u8RsM3SYmFnG2qVAzdq3bt2u9W+aqDgYEAvOje314YohxQdDuiXZusaTvmffF"
    "SzfWFci1PR4YCCCno57Nz1Gyg6TG8UrxO2NieezNrPce+FBCqLT1nv3ixgaXHbIaTQ9kJl"
    "e0EgKZUcMElKbaMrbaOTHwuL364KDpOg1GJWWsyhQVQpOiJBqt3mKstZt23bU1KJKlAQeJ"
    "mbkwlZ+IaDDBVKDannAkQweIij0YU92EHhOp+SmAhHOaXjNWRcWg6aWo7r8RH835TPA9jM"
    "hP9UxMXGEJlOyUTqwt7hnaUgT6KsRBg8qpEepZAeXS9k54BE+QhrHVid77QOV6gq/WmSpF"
    "qZVk7JUmm//xa8iFmb/bfNi/rUTh+804W3+XDrDWrSipvUkTWfL8WNfe/LYjnmmuOMmCdo"
    "5FmeTUaiZprvofFrppEfngv7t80mmJO9GREKEWh/zd59xdQdSUvl7nXuZzQ6UWBlfdX0+N"
    "2sq9nKgBBrGSMnItBWzjNS57Vp+QpMn3PWOJasXkFuwmmcTKebFk83jXaPCjpcmlYrccop"
    "cXJRjyXLWo5VmaLThmXqHfLxFuuxSgPHNK1+h5R7h1QxhDhHvZrMAhIX6rmmDwwpi2y6M7"
    "YS6KOgPkOjGXZnooDeA1nzC29m5AeYJl9vmhfvel+bp58+v637hgoQID4jsadh2BrnKBS9"
    "y8E7X26+p1HQsBMXTKmhUA2FHuJiWmLHOvqmdcZNs3XdQOJjQG+/8u2ggcTHgF4a31oX/K"
    "v/OaDNy8uu0euJFndwkF6hXifiSqxEUhFlBAAF41UWS3FA5YWrWwv32dAlhFZQ2baItc6m"
    "nM4WF7aNq8s6TatFrZyoFVHP71x+/itbOjIVfXMxV01fwrDhjI8rUVHbrwDthp1b/Gh/yA"
    "+Bb3Av9Oauf/EWrSxvJs65/DIfPOV3ds8QmS+8tXAR8D+JBX1d6mjiEJMfWNhGzEHucjKT"
    "l9ze6+xPp6zMAh5vwo8dZi4n4t11lw6fVbyi/jziKJpJq/1qqf0610XnuhwKY8Nlp4xqEd"
    "JolUI5lUJnvrxa5ktsvy7K8BiJZnkFlsf0oqJgQ4zkKFj+4lXfI32z6EO9oTgKBu/7mY6p"
    "9WWYnqDSjK/A+H8vMWegJ3Ew52UvxqmOKdJ2zxmMvjFeMnM0RqRZ/0zWS9Ldn2a9LMtdsz"
    "6f9SqBfjfYkRan2VysPw36zfm4gqDfXdBCDmrC8N3KWUOfO4F7/ORGeBzE/UKNmBikKLrB"
    "YQ8c6jYWSUMucgg20dRhc+FHh7tZxN1G+vYz5TMikNUCi/4mAJ1Gk14GTfJmDjSjLLeXxI"
    "j0XnKIe8k34oy7xPWZuLWZxK7m7iaPfNzQEQMLbie3jsU3nzUEWaE3E1gSnTp8eVsHP42/"
    "5sNK3eneIJcQvw8p+EWR//DxG1s2rO3jNfLJt/ePF5rjGRsGn7wM4BEM341J+Lq5Kgmo4/"
    "TTpwJYBx+VCXaIa/kbhS+xMlvEhkJvDlv9HBdLbyiPDjq3KH/LMtyQCbp0isTa882Q42Hp"
    "eZBvEqEb/Ik9b7Wb3e9yeONckp9y/r1vNLcar4SLcNG0oA2FTgx6RmKQ7o9RRRQH4W9TRA"
    "P7XdiDMu0ruJKreQVN34spXc3AfD5BIxFiJozqERjZIy7bsOHrkO/Vfgov5lY2mTwsGBc5"
    "qEyW52Zb67u8+YAO6Oh+SVxoJg8X2Iq/GojvI4gyjxvz93z1Io7IPibQKnjhWC4RY/nCBl"
    "3mKcIUxXtj/+SiyATMCetJW4lRQDeX4fZlXav2dRQTDQ/sXQPU+RA7Z6nWLY5Wt9iKBBe7"
    "YTlsLUmn4bXKXjLByIpR+PoNO4A3jJIf3tBcVsmETpHqqpsqy/newfyv4iaEKYkby1xHU1"
    "THtJDurqaabbOVKERZlrsSSs1hWZ3vhTQWLxvAiwg0fvcM/I5bIBYzJREy2YyPkWjWP6eQ"
    "Fbaj0rZFeR+n0cx/DvM5e6YW3/aW1LMk4aj5WtE2tVaMVFaM3CXsFqYsCDMvnD5GVMnHrJ"
    "hEk07mD6cFfMwfTjNdzHAphdckYewSSpKEspKSpBrDd6wjCcRfApLkleCLaPZYfy86c7AF"
    "+DZOk5LsThJqnj/Bc0V8jDdEtMGW+BiDK/U8H+NcjClZyOsnV7QScF3wAOKN7+0MjWwyBW"
    "BthKDFMLI8v5yWw1ZQRWstdS3u5J5lPX7as6c9e4dqVGjP3muy1GGyytnFKp2FtConAtY6"
    "v7eNbgOJD6hldtNqQyUz/jGgNwZsiA3kf6YX8yKq++5TYf/FLFrJ05og1G4gpa3gQAcoK+"
    "IYmUY5VJOvIgr076ESIdOhNxdz1ehIESkerRcFrKGRiIDj+60oTSvKWVF0a3R7nXbzGkpc"
    "ufw/e10XXTj8hw9qW0FzABE2562YNGRv9zM8Iz1CK9L7UKSPvgxr+NA2osd3QI123+jedl"
    "s9o4E2x2ooJ+JzSyDZBSPC8SoLYScb1EuUighXuTIrTZzmGetNWjV41YwsHcKoNa9D0Lya"
    "xLEmM5naFVzJ1bnwZsxT+la2YHes0WR6iaQLjMQxFCwTz9NklHcLZSswmY3fsn2d2Z3fDn"
    "PXfLF82lhIGH+pSnA4GH6E3P35/fsiGt/799kqH1zb8iV7JQPCYiQ6NOaQ2oj/5/8DMchT"
    "pA=="
)
