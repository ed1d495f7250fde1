-- compatible: yes
-- The plans of all pipelines but the first, which stays where programs of before know it, and in the row −1 which device serves which pipeline, with the directory for the router
-- and the version for the epoch.
CREATE TABLE inference.pipeline_plan (
    cluster text NOT NULL,
    pipeline integer NOT NULL,
    router integer NOT NULL,
    epoch bigint NOT NULL,
    body bytea NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (cluster, pipeline)
);
