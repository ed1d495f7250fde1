-- compatible: no
-- What the nodes of a cluster prove to each other that they know. A secret that nobody was given is made here, once; fingerprint tells the one in use from others, also where the nodes were given it.
-- Nodes of programs before this step speak to Orleans without a proof, and are refused by those after it.
CREATE TABLE inference.cluster_secret (
    cluster text PRIMARY KEY,
    secret bytea NOT NULL,
    fingerprint bytea NOT NULL
);
