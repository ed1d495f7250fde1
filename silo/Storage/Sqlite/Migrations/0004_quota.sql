-- compatible: yes
-- What tenants and keys have used of their limits, and the tokens that are leased to requests. Times are milliseconds since 1970 in UTC.

CREATE TABLE quota (
    cluster TEXT NOT NULL,
    owner TEXT NOT NULL, -- 'key ID' or 'tenant NAME'
    minute INTEGER NOT NULL,
    minute_requests INTEGER NOT NULL,
    minute_tokens INTEGER NOT NULL,
    day INTEGER NOT NULL,
    day_tokens INTEGER NOT NULL,
    month INTEGER NOT NULL,
    month_tokens INTEGER NOT NULL,
    total_tokens INTEGER NOT NULL,
    streams INTEGER NOT NULL,
    PRIMARY KEY (cluster, owner)
) WITHOUT ROWID;

CREATE TABLE quota_lease (
    cluster TEXT NOT NULL,
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL, -- empty: none
    requests INTEGER NOT NULL,
    granted INTEGER NOT NULL, -- tokens, with those of the prompt; those used once the lease has ended
    leased_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (cluster, id)
) WITHOUT ROWID;

CREATE INDEX quota_lease_open ON quota_lease (cluster, leased_at) WHERE ended_at IS NULL;
CREATE INDEX quota_lease_ended ON quota_lease (cluster, ended_at) WHERE ended_at IS NOT NULL;
