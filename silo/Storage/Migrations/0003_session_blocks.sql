-- compatible: no
-- Sessions in parts, so that a write costs what is new. session.body is written once, with the request; state with every write. Where state is missing, an earlier
-- version of the program has written, which puts all tokens into the body.
ALTER TABLE inference.session ADD COLUMN state bytea;

-- The tokens of a session's logs, in blocks of which only the last one grows: of two forms of a block the longer one has the other's tokens.
CREATE TABLE inference.session_block (
    cluster text NOT NULL,
    number integer NOT NULL,
    log integer NOT NULL,
    first integer NOT NULL, -- index of its first token
    body bytea NOT NULL,
    PRIMARY KEY (cluster, number, log, first)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);

ALTER TABLE inference.session_block ALTER COLUMN body SET STORAGE EXTERNAL;
