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
    -- Runs begun since the upload or the last retry by hand.
    attempts      integer NOT NULL DEFAULT 0,
    -- A queued file is left alone until then.
    not_before    timestamptz,
    -- When the newest run began: owners are served in turn, whoever waited longest first.
    started_at    timestamptz,
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
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((status IN ('extracting', 'embedding')) = (lease_until IS NOT NULL)),
    CHECK ((status = 'failed') = (error_code IS NOT NULL))
);
CREATE INDEX attachments_by_owner ON attachments (owner_id, id DESC);
CREATE INDEX attachments_by_owner_run ON attachments (owner_id, started_at DESC NULLS LAST);
CREATE INDEX attachments_by_thread ON attachments (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX attachments_by_collection ON attachments (collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX attachments_unfinished ON attachments (created_at, id) WHERE status IN ('queued', 'extracting', 'embedding');

-- The original bytes in parts of about a megabyte, written in one transaction with their attachment.
CREATE TABLE attachment_blobs (
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    part          integer NOT NULL,
    bytes         bytea NOT NULL,
    PRIMARY KEY (attachment_id, part)
);
-- Office files and PDFs are packed already.
ALTER TABLE attachment_blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- The text every offset counts in (UTF-16 units), in slices that never cross a page; shown when a citation is opened.
CREATE TABLE attachment_texts (
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    char_start    integer NOT NULL,
    char_end      integer NOT NULL,
    page          integer NOT NULL,
    content       text NOT NULL,
    PRIMARY KEY (attachment_id, char_start)
);

-- Where the text was cut, kept between extraction and publication so that a retry goes on with the embedding.
CREATE TABLE attachment_drafts (
    attachment_id uuid PRIMARY KEY REFERENCES attachments ON DELETE CASCADE,
    drafts        jsonb NOT NULL
);

CREATE TABLE message_attachments (
    message_id    uuid NOT NULL REFERENCES conversation_messages ON DELETE CASCADE,
    attachment_id uuid NOT NULL REFERENCES attachments ON DELETE CASCADE,
    position      integer NOT NULL,
    PRIMARY KEY (message_id, attachment_id)
);
CREATE INDEX message_attachments_by_attachment ON message_attachments (attachment_id);

-- A lexeme's id is its dimension in attachment_chunks.lexeme_weights; document_frequency feeds the idf of BM25.
-- Languages are names of text search configurations: a regconfig column would stand in the way of pg_upgrade.
CREATE TABLE lexemes (
    id                 integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    language           text NOT NULL,
    lexeme             text NOT NULL,
    document_frequency integer NOT NULL DEFAULT 0 CHECK (document_frequency >= 0),
    UNIQUE (language, lexeme)
) WITH (fillfactor = 70);

-- average_terms is the mean length that stored weights are computed with; maintenance moves it when the true mean has drifted.
CREATE TABLE search_languages (
    language      text PRIMARY KEY,
    chunk_count   bigint NOT NULL DEFAULT 0 CHECK (chunk_count >= 0),
    term_count    bigint NOT NULL DEFAULT 0 CHECK (term_count >= 0),
    average_terms double precision NOT NULL CHECK (average_terms > 0)
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
    language       text NOT NULL,
    -- The chunk's length in lexemes, repeats included: dl in BM25.
    term_count     integer NOT NULL,
    lexeme_ids     integer[] NOT NULL,
    -- tf * (k1 + 1) / (tf + k1 * (1 - b + b * term_count / average_terms)) for each lexeme.
    lexeme_weights sparsevec NOT NULL,
    average_terms  double precision NOT NULL,
    UNIQUE (attachment_id, position)
);
CREATE INDEX attachment_chunks_lexemes ON attachment_chunks USING gin (lexeme_ids);
-- Scoring reads the weights of every candidate and the words of a dozen: the words move out of the row first.
ALTER TABLE attachment_chunks ALTER COLUMN lexeme_weights SET STORAGE MAIN;
ALTER TABLE attachment_chunks ALTER COLUMN lexeme_ids SET STORAGE MAIN;

-- One vector a chunk and embedding model, so that a change of model can be prepared beside the model in use.
CREATE TABLE chunk_embeddings (
    -- Deferred: vectors are written first, because their index is slow to fill and chunks take the lock on the statistics.
    chunk_id      uuid NOT NULL REFERENCES attachment_chunks ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    model         text NOT NULL,
    attachment_id uuid NOT NULL,
    embedding     vector NOT NULL,
    PRIMARY KEY (chunk_id, model)
);
CREATE INDEX chunk_embeddings_by_attachment ON chunk_embeddings (attachment_id, model);

-- Answers keep that they cited something when its file goes, but not its words.
CREATE TABLE citations (
    message_id    uuid NOT NULL REFERENCES conversation_messages ON DELETE CASCADE,
    number        integer NOT NULL,
    chunk_id      uuid REFERENCES attachment_chunks ON DELETE SET NULL,
    attachment_id uuid REFERENCES attachments ON DELETE SET NULL,
    filename      text NOT NULL,
    page_from     integer NOT NULL,
    page_to       integer NOT NULL,
    quote         text NOT NULL,
    verified      boolean NOT NULL,
    PRIMARY KEY (message_id, number)
);
CREATE INDEX citations_by_attachment ON citations (attachment_id);
CREATE INDEX citations_by_chunk ON citations (chunk_id);

-- Which passages each leg ranked where; ids and figures, no words of the documents.
CREATE TABLE message_retrievals (
    message_id  uuid PRIMARY KEY REFERENCES conversation_messages ON DELETE CASCADE,
    facts       jsonb NOT NULL
);

CREATE FUNCTION forget_cited_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE citations
    SET quote = '', chunk_id = NULL, attachment_id = NULL
    WHERE attachment_id = OLD.id;
    RETURN OLD;
END
$$;
CREATE TRIGGER attachments_forget_cited_words BEFORE DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION forget_cited_words();

-- Keeps document frequencies and lengths equal to what a recount would give, whatever writes or cascades.
-- One transaction at a time changes them: common lexemes are in every document, so row locks would queue as well, and in an order that deadlocks.
-- The lock is taken when all chunk rows and their index entries are written, just before the commit.
CREATE FUNCTION count_lexemes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign   integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
    wanted bigint;
    met    bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM changed_chunks) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(5061901);

    SELECT count(DISTINCT lexeme_id) INTO wanted FROM changed_chunks AS c, unnest(c.lexeme_ids) AS lexeme_id;
    UPDATE lexemes AS l
    SET document_frequency = l.document_frequency + sign * d.frequency
    FROM (
        SELECT lexeme_id, count(*)::integer AS frequency
        FROM changed_chunks AS c, unnest(c.lexeme_ids) AS lexeme_id
        GROUP BY lexeme_id
    ) AS d
    WHERE l.id = d.lexeme_id;
    GET DIAGNOSTICS met = ROW_COUNT;
    IF met <> wanted THEN
        -- Another file's deletion removed a lexeme after its id was looked up: look again.
        RAISE EXCEPTION 'a lexeme of these chunks was removed meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;

    IF sign = -1 THEN
        DELETE FROM lexemes AS l
        USING (SELECT DISTINCT lexeme_id FROM changed_chunks AS c, unnest(c.lexeme_ids) AS lexeme_id) AS d
        WHERE l.id = d.lexeme_id AND l.document_frequency = 0;
    END IF;

    UPDATE search_languages AS s
    SET chunk_count = s.chunk_count + sign * d.chunks, term_count = s.term_count + sign * d.terms
    FROM (SELECT language, count(*) AS chunks, sum(term_count) AS terms FROM changed_chunks GROUP BY language) AS d
    WHERE s.language = d.language;
    RETURN NULL;
END
$$;
CREATE TRIGGER attachment_chunks_count_inserted AFTER INSERT ON attachment_chunks
    REFERENCING NEW TABLE AS changed_chunks FOR EACH STATEMENT EXECUTE FUNCTION count_lexemes();
CREATE TRIGGER attachment_chunks_count_deleted AFTER DELETE ON attachment_chunks
    REFERENCING OLD TABLE AS changed_chunks FOR EACH STATEMENT EXECUTE FUNCTION count_lexemes();

-- Who may do what with files is said here once; every statement that reads or changes files names one of these.
CREATE FUNCTION collections_open_to(person uuid, accesses text[]) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT c.id FROM collections AS c WHERE c.owner_id = person
    UNION
    SELECT m.collection_id FROM collection_members AS m WHERE m.user_id = person AND m.access = ANY (accesses)
    UNION
    SELECT m.collection_id
    FROM collection_members AS m
    JOIN users AS u ON u.team_id = m.team_id
    WHERE u.id = person AND m.access = ANY (accesses)
$$;

CREATE FUNCTION readable_attachments(person uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT a.id FROM attachments AS a WHERE a.owner_id = person
    UNION
    SELECT a.id FROM attachments AS a WHERE a.collection_id IN (SELECT c.id FROM collections_open_to(person, ARRAY['read', 'write']) AS c)
$$;

CREATE FUNCTION writable_attachments(person uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT a.id FROM attachments AS a WHERE a.owner_id = person
    UNION
    SELECT a.id FROM attachments AS a WHERE a.collection_id IN (SELECT c.id FROM collections_open_to(person, ARRAY['write']) AS c)
$$;

-- What a person may read of a thread's files, of single files and of collections; of everything when none is named.
CREATE FUNCTION attachments_in_scope(person uuid, thread uuid, files uuid[], shelves uuid[]) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT r.id
    FROM readable_attachments(person) AS r
    JOIN attachments AS a ON a.id = r.id
    WHERE a.status = 'ready'
      AND ((thread IS NULL AND cardinality(files) = 0 AND cardinality(shelves) = 0)
        OR a.thread_id = thread
        OR a.id = ANY (files)
        OR a.collection_id = ANY (shelves)
        OR a.id IN (
            SELECT ma.attachment_id
            FROM message_attachments AS ma
            JOIN conversation_messages AS m ON m.id = ma.message_id
            WHERE m.thread_id = thread))
$$;

-- An index must know the vectors' size, which is the model's: each model gets a partial index over a cast, and is searched through the same cast.
-- Above 2,000 dimensions half precision is what HNSW can hold (up to 4,000); beyond that the search stays exact.
CREATE FUNCTION embedding_type(dimensions integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN dimensions <= 2000 THEN format('vector(%s)', dimensions) WHEN dimensions <= 4000 THEN format('halfvec(%s)', dimensions) END
$$;

CREATE FUNCTION embedding_index_name(model_name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'chunk_embeddings_hnsw_' || left(md5(model_name), 16)
$$;

-- Waits for writers and holds them while it builds; false when the index was there or cannot be.
CREATE FUNCTION ensure_embedding_index(model_name text, dimensions integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF embedding_type(dimensions) IS NULL OR to_regclass(embedding_index_name(model_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE INDEX IF NOT EXISTS %I ON chunk_embeddings USING hnsw ((embedding::%s) %s) WHERE model = %L',
        embedding_index_name(model_name), embedding_type(dimensions),
        CASE WHEN dimensions <= 2000 THEN 'vector_ip_ops' ELSE 'halfvec_ip_ops' END, model_name);
    RETURN true;
END
$$;

-- The nearest chunks through the model's index. The access filter stands in the statement that walks the index, which goes on until enough
-- readable chunks were met. The filter is wrapped so that it stays a filter: as a join it would lose the order of the index.
CREATE FUNCTION nearest_chunks(
    person uuid, thread uuid, files uuid[], shelves uuid[], model_name text, dimensions integer, query vector, depth integer)
RETURNS TABLE (chunk_id uuid, distance double precision)
LANGUAGE plpgsql
SET hnsw.iterative_scan = strict_order
SET hnsw.ef_search = 200
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT e.chunk_id, (e.embedding::%1$s <#> $1::%1$s) AS distance
         FROM chunk_embeddings AS e
         WHERE e.model = %2$L AND (e.attachment_id IN (SELECT s.id FROM attachments_in_scope($2, $3, $4, $5) AS s)) IS TRUE
         ORDER BY e.embedding::%1$s <#> $1::%1$s
         LIMIT $6',
        embedding_type(dimensions), model_name)
    USING query, person, thread, files, shelves, depth;
END
$$;
