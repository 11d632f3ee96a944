-- What administrators changed of the catalogue of models, models they added, and who may use each.
CREATE TABLE models (
    provider        text NOT NULL,
    id              text NOT NULL,
    -- In the catalogue because of this row, whatever the provider lists. All that is null below is as shipped.
    is_added        boolean NOT NULL DEFAULT false,
    name            text,
    context_window  integer CHECK (context_window > 0),
    max_output_tokens integer CHECK (max_output_tokens > 0),
    -- US dollars per million tokens; known together or not at all.
    input_price     numeric(12, 6) CHECK (input_price >= 0),
    cached_input_price numeric(12, 6) CHECK (cached_input_price >= 0),
    output_price    numeric(12, 6) CHECK (output_price >= 0),
    supports_temperature boolean,
    supports_images boolean,
    supports_system_prompt boolean,
    is_hidden       boolean NOT NULL DEFAULT false,
    -- Place in the list; null: behind those that have one.
    position        integer,
    -- False: only who stands in model_members.
    for_everyone    boolean NOT NULL DEFAULT true,
    -- provider/id of the models that are asked when this one fails, in this order.
    fallbacks       text[] NOT NULL DEFAULT '{}',
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, id),
    CHECK (num_nulls(input_price, cached_input_price, output_price) IN (0, 3))
);

CREATE TABLE model_members (
    provider    text NOT NULL,
    model_id    text NOT NULL,
    user_id     uuid REFERENCES users ON DELETE CASCADE,
    team_id     uuid REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (provider, model_id) REFERENCES models (provider, id) ON DELETE CASCADE,
    CHECK ((user_id IS NULL) <> (team_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (provider, model_id, user_id, team_id)
);
CREATE INDEX model_members_by_user ON model_members (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX model_members_by_team ON model_members (team_id) WHERE team_id IS NOT NULL;

-- Whole turns that did not fit into the prompt of an answer any more; null for answers from before this was kept.
ALTER TABLE conversation_messages ADD COLUMN omitted_messages integer CHECK (omitted_messages >= 0);
