-- compatible: yes
-- Settings of a tenant, each 1 or 0: whether lines of the audit log have the contents of its requests and answers, and whether its answers have a watermark.
ALTER TABLE tenant ADD COLUMN audits_contents integer NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN watermarks integer NOT NULL DEFAULT 0;

-- For lists of a tenant's conversations and responses.
CREATE INDEX conversation_tenant ON conversation (cluster, tenant, id);
CREATE INDEX response_tenant ON response (cluster, tenant, id);

-- Secret of the node, from which the keys of its audit log, its fingerprints and its watermarks are derived.
CREATE TABLE node_secret (
    id integer PRIMARY KEY CHECK (id = 1),
    secret blob NOT NULL
);
