-- compatible: yes
-- Settings of a tenant, each 1 or 0: whether lines of the audit log have the contents of its requests and answers, and whether its answers have a watermark.
ALTER TABLE inference.tenant ADD COLUMN audits_contents integer NOT NULL DEFAULT 0, ADD COLUMN watermarks integer NOT NULL DEFAULT 0;

-- For lists of a tenant's conversations and responses.
CREATE INDEX conversation_tenant ON inference.conversation (cluster, tenant, id);
CREATE INDEX response_tenant ON inference.response (cluster, tenant, id);
