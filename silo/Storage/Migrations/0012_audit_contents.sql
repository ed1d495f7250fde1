-- compatible: yes
-- Whether lines of the audit log have the contents of a tenant's requests and answers: 1, or 0.
ALTER TABLE inference.tenant ADD COLUMN audits_contents integer NOT NULL DEFAULT 0;
