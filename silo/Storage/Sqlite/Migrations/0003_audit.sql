-- compatible: yes
-- Signed heads of the audit logs of the nodes. Times are milliseconds since 1970 in UTC.
CREATE TABLE audit_head (
    cluster text NOT NULL,
    node text NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL, -- SHA-256 of the line
    signed_at bigint NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (cluster, node)
);
