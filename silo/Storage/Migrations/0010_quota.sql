-- compatible: yes
-- What tenants and keys have used of their limits, and the tokens that are leased to requests. Times are milliseconds since 1970 in UTC.

CREATE TABLE inference.quota (
    cluster text NOT NULL,
    owner text COLLATE "C" NOT NULL, -- 'key ID' or 'tenant NAME': locked in this order
    minute bigint NOT NULL,
    minute_requests bigint NOT NULL,
    minute_tokens bigint NOT NULL,
    day bigint NOT NULL,
    day_tokens bigint NOT NULL,
    month bigint NOT NULL,
    month_tokens bigint NOT NULL,
    total_tokens bigint NOT NULL,
    streams bigint NOT NULL,
    PRIMARY KEY (cluster, owner)
) WITH (fillfactor = 50);

CREATE TABLE inference.quota_lease (
    cluster text NOT NULL,
    id text NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL, -- empty: none
    requests integer NOT NULL,
    granted bigint NOT NULL, -- tokens, with those of the prompt; those used once the lease has ended
    leased_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (cluster, id)
);

CREATE INDEX quota_lease_open ON inference.quota_lease (cluster, leased_at) WHERE ended_at IS NULL;
CREATE INDEX quota_lease_ended ON inference.quota_lease (cluster, ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE inference.session ADD COLUMN lease text;
CREATE INDEX session_lease ON inference.session (cluster, lease) WHERE lease IS NOT NULL;
