-- Uploaded files, their searchable passages, and what answers cite.
CREATE TABLE collections (
    id          uuid PRIMARY KEY,
    owner_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE collection_members (
    collection_id uuid NOT NULL REFERENCES collections ON DELETE CASCADE,
    user_id     uuid REFERENCES users ON DELETE CASCADE,
    team_id     uuid REFERENCES teams ON DELETE CASCADE,
    access      text NOT NULL CHECK (access IN ('read', 'write')),
    CHECK ((user_id IS NULL) <> (team_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (collection_id, user_id, team_id)
);

CREATE TABLE thread_collections (
    thread_id     uuid NOT NULL REFERENCES conversation_threads ON DELETE CASCADE,
    collection_id uuid NOT NULL REFERENCES collections ON DELETE CASCADE,
    PRIMARY KEY (thread_id, collection_id)
);

CREATE TABLE attachments (
    id            uuid PRIMARY KEY,
    owner_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    thread_id     uuid REFERENCES conversation_threads ON DELETE CASCADE,
    collection_id uuid REFERENCES collections ON DELETE CASCADE,
    filename      text NOT NULL,
    media_type    text NOT NULL,
    size_bytes    bigint NOT NULL CHECK (size_bytes >= 0),
    sha256        bytea NOT NULL,
    status        text NOT NULL CHECK (status IN ('queued', 'extracting', 'embedding', 'ready', 'failed')),
    stage         text,
    -- 0 to 1 within the stage; null when it cannot be told.
    progress      double precision CHECK (progress BETWEEN 0 AND 1),
    attempts      integer NOT NULL DEFAULT 0,
    pages         integer,
    chunk_count   integer,
    token_count   integer,
    language      text,
    error_code    text,
    error_detail  text,
    -- Fences a worker that was taken for dead: only the holder of the newest run may write.
    run_id        uuid,
    lease_until   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachments_by_owner ON attachments (owner_id, created_at DESC, id DESC);
CREATE INDEX attachments_by_thread ON attachments (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX attachments_by_collection ON attachments (collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX attachments_unfinished ON attachments (created_at) WHERE status IN ('queued', 'extracting', 'embedding');

CREATE TABLE attachment_blobs (
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    part          integer NOT NULL,
    bytes         bytea NOT NULL,
    PRIMARY KEY (attachment_id, part)
);

CREATE TABLE message_attachments (
    message_id    uuid NOT NULL REFERENCES conversation_messages ON DELETE CASCADE,
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    position      integer NOT NULL,
    PRIMARY KEY (message_id, attachment_id)
);
CREATE INDEX message_attachments_by_attachment ON message_attachments (attachment_id);

-- A lexeme's id is its dimension in attachment_chunks.lexeme_weights; document_frequency feeds the idf of BM25.
CREATE TABLE lexemes (
    id                 integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    language           regconfig NOT NULL,
    lexeme             text NOT NULL,
    document_frequency integer NOT NULL DEFAULT 0 CHECK (document_frequency >= 0),
    UNIQUE (language, lexeme)
);

CREATE TABLE attachment_chunks (
    id             uuid PRIMARY KEY,
    attachment_id  uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    position       integer NOT NULL,
    content        text NOT NULL,
    heading_path   text,
    page_from      integer NOT NULL,
    page_to        integer NOT NULL,
    char_start     integer NOT NULL,
    char_end       integer NOT NULL,
    token_count    integer NOT NULL,
    language       regconfig NOT NULL,
    terms          tsvector NOT NULL,
    term_count     integer NOT NULL,
    embedding_model text,
    embedding      vector,
    UNIQUE (attachment_id, position)
);
CREATE INDEX attachment_chunks_terms ON attachment_chunks USING gin (terms);

-- Citations and retrieval facts stay with the answer when the file goes, without its words.
CREATE TABLE citations (
    message_id    uuid NOT NULL REFERENCES conversation_messages ON DELETE CASCADE,
    number        integer NOT NULL,
    chunk_id      uuid REFERENCES attachment_chunks ON DELETE CASCADE,
    attachment_id uuid REFERENCES attachments ON DELETE CASCADE,
    filename      text NOT NULL,
    page_from     integer NOT NULL,
    page_to       integer NOT NULL,
    quote         text NOT NULL,
    verified      boolean NOT NULL,
    PRIMARY KEY (message_id, number)
);
CREATE INDEX citations_by_attachment ON citations (attachment_id);

CREATE TABLE message_retrievals (
    message_id  uuid PRIMARY KEY REFERENCES conversation_messages ON DELETE CASCADE,
    facts       jsonb NOT NULL
);
