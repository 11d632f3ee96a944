-- Threads and their messages, which form a tree: an edit or a regenerate makes a sibling.
CREATE TABLE conversation_threads (
    id            uuid PRIMARY KEY,
    owner_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    title         text,
    model         text,
    temperature   double precision CHECK (temperature BETWEEN 0 AND 2),
    system_prompt text,
    pinned        boolean NOT NULL DEFAULT false,
    archived      boolean NOT NULL DEFAULT false,
    -- The tip of the branch that is shown.
    leaf_id       uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversation_threads_by_activity ON conversation_threads (owner_id, archived, updated_at DESC, id DESC);

CREATE TABLE conversation_messages (
    id              uuid PRIMARY KEY,
    thread_id       uuid NOT NULL REFERENCES conversation_threads ON DELETE CASCADE,
    parent_id       uuid REFERENCES conversation_messages ON DELETE CASCADE,
    role            text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content         text NOT NULL DEFAULT '',
    status          text NOT NULL CHECK (status IN ('streaming', 'complete', 'stopped', 'interrupted', 'failed')),
    model           text,
    provider        text,
    -- The generation that writes this answer. Every write of a running turn names it, so a late node changes nothing.
    turn_id         uuid UNIQUE,
    last_seq        bigint NOT NULL DEFAULT 0,
    lease_until     timestamptz,
    -- The key the turn was asked for with: its budget pays, whoever settles.
    api_key_id      uuid REFERENCES api_keys ON DELETE SET NULL,
    finish_reason   text,
    error_code      text,
    error_detail    text,
    input_tokens         integer,
    cached_input_tokens  integer,
    output_tokens        integer,
    reasoning_tokens     integer,
    cost            numeric(20, 10),
    usage_estimated boolean NOT NULL DEFAULT false,
    -- Milliseconds from acceptance to the first delta, and to the end.
    first_delta_ms  integer,
    duration_ms     integer,
    edited_at       timestamptz,
    edited_by_admin boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'streaming') = (lease_until IS NOT NULL)),
    CHECK (status <> 'streaming' OR turn_id IS NOT NULL)
);
CREATE INDEX conversation_messages_by_parent ON conversation_messages (thread_id, parent_id, created_at, id);
CREATE INDEX conversation_messages_streaming ON conversation_messages (lease_until) WHERE status = 'streaming';
CREATE INDEX conversation_messages_search ON conversation_messages USING gin (to_tsvector('simple', content));
ALTER TABLE conversation_threads
    ADD CONSTRAINT conversation_threads_leaf FOREIGN KEY (leaf_id) REFERENCES conversation_messages ON DELETE SET NULL;

CREATE TABLE message_revisions (
    id          uuid PRIMARY KEY,
    message_id  uuid NOT NULL REFERENCES conversation_messages ON DELETE CASCADE,
    content     text NOT NULL,
    edited_by   uuid REFERENCES users ON DELETE SET NULL,
    by_admin    boolean NOT NULL DEFAULT false,
    reason      text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_revisions_by_message ON message_revisions (message_id, created_at);

-- A repeated submit finds the first one's result. The hash tells a repeat from another body under the same key.
CREATE TABLE idempotency_keys (
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    message_id   uuid REFERENCES conversation_messages ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
