-- What a shared collection says about itself, and which embedding model's vectors are searched.
ALTER TABLE collections ADD COLUMN description text NOT NULL DEFAULT '';
ALTER TABLE collections ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX collections_by_owner ON collections (owner_id);
CREATE INDEX collection_members_by_user ON collection_members (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX collection_members_by_team ON collection_members (team_id) WHERE team_id IS NOT NULL;
CREATE INDEX thread_collections_by_collection ON thread_collections (collection_id);

-- At most one model is active. Another one may be building beside it, and becomes active when every passage has its vector.
CREATE TABLE embedding_models (
    model        text PRIMARY KEY,
    dimensions   integer NOT NULL CHECK (dimensions > 0),
    stage        text NOT NULL CHECK (stage IN ('building', 'active', 'retired')),
    started_at   timestamptz NOT NULL DEFAULT now(),
    active_since timestamptz,
    retired_at   timestamptz,
    error_code   text,
    error_detail text
);
CREATE UNIQUE INDEX embedding_models_active ON embedding_models ((true)) WHERE stage = 'active';

INSERT INTO embedding_models (model, dimensions, stage, active_since)
SELECT e.model, max(vector_dims(e.embedding)), 'active', now()
FROM chunk_embeddings AS e
GROUP BY e.model
ORDER BY count(*) DESC
LIMIT 1;

CREATE FUNCTION drop_embedding_index(model_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP INDEX IF EXISTS %I', embedding_index_name(model_name));
END
$$;

-- Vectors stay in their rows up to a page (2,000 dimensions): an exact comparison reads thousands of them, and each one fetched from the side
-- table costs seven times the comparison. Rows that are there already move when they are next written.
ALTER TABLE chunk_embeddings SET (toast_tuple_target = 8160);

-- The index holds half precision: half the memory, and what the rows keep is not touched. Built concurrently, so by a statement and not by a function;
-- null for vectors that are too long for HNSW.
CREATE FUNCTION embedding_index_definition(model_name text, dimensions integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN dimensions <= 4000 THEN format(
        'CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON chunk_embeddings USING hnsw ((embedding::halfvec(%s)) halfvec_ip_ops) WITH (m = 16, ef_construction = 100) WHERE model = %L',
        embedding_index_name(model_name), dimensions, model_name) END
$$;

-- Whoever has an index of the former kind (full precision) gets the new one from the next maintenance run.
DO $$
DECLARE
    former text;
BEGIN
    FOR former IN SELECT c.relname FROM pg_class AS c WHERE c.relkind = 'i' AND c.relname LIKE 'chunk\_embeddings\_hnsw\_%' LOOP
        EXECUTE format('DROP INDEX IF EXISTS %I', former);
    END LOOP;
END
$$;

-- A node of the version before asks for this one while it is replaced; it builds no more.
CREATE OR REPLACE FUNCTION ensure_embedding_index(model_name text, dimensions integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';

CREATE FUNCTION has_embedding_index(model_name text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT i.indisvalid FROM pg_index AS i WHERE i.indexrelid = to_regclass(embedding_index_name(model_name))), false)
$$;

-- The nearest chunks through the model's index. The access filter stands in the statement that walks the index, which goes on until enough
-- readable chunks were met. The filter is wrapped so that it stays a filter: as a join it would lose the order of the index.
CREATE OR REPLACE FUNCTION nearest_chunks(
    person uuid, thread uuid, files uuid[], shelves uuid[], model_name text, dimensions integer, query vector, depth integer)
RETURNS TABLE (chunk_id uuid, distance double precision)
LANGUAGE plpgsql
SET hnsw.iterative_scan = strict_order
SET hnsw.ef_search = 400
SET hnsw.max_scan_tuples = 60000
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT e.chunk_id, (e.embedding::halfvec(%1$s) <#> $1::halfvec(%1$s)) AS distance
         FROM chunk_embeddings AS e
         WHERE e.model = %2$L AND (e.attachment_id IN (SELECT s.id FROM attachments_in_scope($2, $3, $4, $5) AS s)) IS TRUE
         ORDER BY e.embedding::halfvec(%1$s) <#> $1::halfvec(%1$s)
         LIMIT $6',
        dimensions, model_name)
    USING query, person, thread, files, shelves, depth;
END
$$;
