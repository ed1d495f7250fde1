-- compatible: yes
-- Tenants and keys of a cluster. Times are milliseconds since 1970 in UTC, limits are JSON objects.

-- Number of the last change. Its row is locked until commit, so that changes become visible in the order of their numbers.
CREATE TABLE inference.tenancy_change (
    cluster text PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE inference.tenant (
    cluster text NOT NULL,
    name text COLLATE "C" NOT NULL,
    limits text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    change bigint NOT NULL,
    PRIMARY KEY (cluster, name)
);

CREATE INDEX tenant_change ON inference.tenant (cluster, change);

CREATE TABLE inference.access_key (
    cluster text NOT NULL,
    id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    role text NOT NULL,
    hash bytea NOT NULL, -- SHA-256 of the key
    label text NOT NULL,
    scopes integer NOT NULL,
    limits text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    successor text,
    change bigint NOT NULL,
    PRIMARY KEY (cluster, id),
    FOREIGN KEY (cluster, tenant) REFERENCES inference.tenant (cluster, name)
);

CREATE INDEX access_key_tenant ON inference.access_key (cluster, tenant, created_at, id);
CREATE INDEX access_key_change ON inference.access_key (cluster, change);
