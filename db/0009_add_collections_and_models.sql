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
