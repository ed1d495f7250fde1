-- compatible: yes
-- Responses and conversations that the server keeps for its clients. Times are milliseconds since 1970 in UTC; document, input, work, output, result, metadata and item are JSON.
CREATE TABLE inference.response (
    cluster text NOT NULL,
    id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    status text NOT NULL,
    background integer NOT NULL, -- 1: generated without a client
    previous text COLLATE "C",
    conversation text COLLATE "C",
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    touched_at bigint NOT NULL, -- last report of a node that generates it
    document text NOT NULL,
    input text NOT NULL,
    work text, -- null after the end
    session text,
    output text,
    result text,
    PRIMARY KEY (cluster, id)
);

CREATE INDEX response_previous ON inference.response (cluster, previous) WHERE previous IS NOT NULL;
CREATE INDEX response_conversation ON inference.response (cluster, conversation, created_at, id) WHERE conversation IS NOT NULL;
CREATE INDEX response_running ON inference.response (cluster, touched_at) WHERE status IN ('queued', 'in_progress');
CREATE INDEX response_expiry ON inference.response (cluster, expires_at);

CREATE TABLE inference.conversation (
    cluster text NOT NULL,
    id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    metadata text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    next_position bigint NOT NULL, -- of the next item; its row is locked while items are added, so that the items of a turn are contiguous
    PRIMARY KEY (cluster, id)
);

CREATE INDEX conversation_expiry ON inference.conversation (cluster, expires_at);

CREATE TABLE inference.conversation_item (
    cluster text NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    item text NOT NULL,
    PRIMARY KEY (cluster, conversation, id),
    FOREIGN KEY (cluster, conversation) REFERENCES inference.conversation (cluster, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX conversation_item_position ON inference.conversation_item (cluster, conversation, position);
