-- compatible: yes
-- Usage by tenant, key, model and day (in UTC).

CREATE TABLE usage_day (
    cluster TEXT NOT NULL,
    day INTEGER NOT NULL, -- days since 1970-01-01
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    PRIMARY KEY (cluster, tenant, day, key, model)
) WITHOUT ROWID;
