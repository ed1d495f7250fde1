-- compatible: yes
-- Usage by tenant, key, model and day (in UTC), counted from the sessions: each session adds the tokens that it has not added yet, in the transaction that writes it.

ALTER TABLE inference.session
    ADD COLUMN reported boolean NOT NULL DEFAULT false, -- whether the answer used fewer tokens than were generated
    ADD COLUMN tenant text COLLATE "C", -- null: not counted
    ADD COLUMN key text COLLATE "C",
    ADD COLUMN model text COLLATE "C",
    ADD COLUMN requests integer NOT NULL DEFAULT 0,
    ADD COLUMN prompt_tokens integer NOT NULL DEFAULT 0,
    ADD COLUMN counted_tokens bigint NOT NULL DEFAULT 0, -- generated tokens that usage counts
    ADD COLUMN added boolean NOT NULL DEFAULT false, -- whether requests and prompt_tokens are in usage_day
    ADD COLUMN added_tokens bigint NOT NULL DEFAULT 0; -- of counted_tokens, those in usage_day

CREATE TABLE inference.usage_day (
    cluster text NOT NULL,
    day integer NOT NULL, -- days since 1970-01-01
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    requests bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    PRIMARY KEY (cluster, tenant, day, key, model)
);
