-- compatible: no
-- What a cluster keeps whatever becomes of its nodes. Every key begins with the cluster, so that several can share a database.

-- Numbers that were given away: rows rather than sequences, because a sequence may repeat what it gave just before a crash, and gives no runs.
CREATE TABLE inference.counter (
    cluster text NOT NULL,
    name text NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (cluster, name)
);

-- The plan in force. router and epoch repeat what the body says, for the rule that decides between two.
CREATE TABLE inference.plan (
    cluster text PRIMARY KEY,
    router integer NOT NULL,
    epoch bigint NOT NULL,
    body bytea NOT NULL,
    saved_at timestamptz NOT NULL
);

-- Sessions. Only columns that never change, or change once, are in indexes, so that a growing token log updates its row in place.
CREATE TABLE inference.session (
    cluster text NOT NULL,
    number integer NOT NULL,
    tokens bigint NOT NULL, -- of the log, all choices
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    body bytea NOT NULL,
    PRIMARY KEY (cluster, number)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);

ALTER TABLE inference.session ALTER COLUMN body SET STORAGE EXTERNAL; -- token ids hardly compress, and the attempt costs more than the write

CREATE INDEX session_unfinished ON inference.session (cluster, number) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON inference.session (cluster, ended_at) WHERE ended_at IS NOT NULL;
