-- compatible: yes
-- Whether lines of the audit log have the contents of a tenant's requests and answers: 1, or 0.
ALTER TABLE tenant ADD COLUMN audits_contents integer NOT NULL DEFAULT 0;

-- Secret of the node, from which the key of its audit log is derived.
CREATE TABLE node_secret (
    id integer PRIMARY KEY CHECK (id = 1),
    secret blob NOT NULL
);
