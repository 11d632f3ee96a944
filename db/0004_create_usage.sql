-- What was used, append-only, and the limits on it.
CREATE TABLE budgets (
    scope       text NOT NULL CHECK (scope IN ('global', 'team', 'user', 'api_key')),
    -- Null: the default of every member of the scope.
    scope_id    uuid,
    budget_window text NOT NULL CHECK (budget_window IN ('day', 'month')),
    token_limit bigint CHECK (token_limit >= 0),
    cost_limit  numeric(20, 10) CHECK (cost_limit >= 0),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  uuid REFERENCES users ON DELETE SET NULL,
    UNIQUE NULLS NOT DISTINCT (scope, scope_id, budget_window)
);

CREATE TABLE usage_ledger (
    id            uuid PRIMARY KEY,
    -- One row a turn, however often it is settled. Other uses (titles, embeddings) bring an id of their own.
    turn_id       uuid NOT NULL UNIQUE,
    user_id       uuid REFERENCES users ON DELETE SET NULL,
    team_id       uuid REFERENCES teams ON DELETE SET NULL,
    api_key_id    uuid REFERENCES api_keys ON DELETE SET NULL,
    thread_id     uuid REFERENCES conversation_threads ON DELETE SET NULL,
    message_id    uuid REFERENCES conversation_messages ON DELETE SET NULL,
    source        text NOT NULL CHECK (source IN ('chat', 'title', 'rewrite', 'embedding', 'api')),
    model         text NOT NULL,
    provider      text NOT NULL,
    input_tokens        integer NOT NULL CHECK (input_tokens >= 0),
    cached_input_tokens integer NOT NULL CHECK (cached_input_tokens >= 0),
    output_tokens       integer NOT NULL CHECK (output_tokens >= 0),
    reasoning_tokens    integer NOT NULL CHECK (reasoning_tokens >= 0),
    -- Dollars per million tokens on the day; null when the price was not known.
    input_price         numeric(20, 10),
    cached_input_price  numeric(20, 10),
    output_price        numeric(20, 10),
    cost          numeric(20, 10),
    estimated     boolean NOT NULL,
    -- When the tokens were reserved: the window they count in.
    occurred_at   timestamptz NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX usage_ledger_by_user ON usage_ledger (user_id, occurred_at);
CREATE INDEX usage_ledger_by_team ON usage_ledger (team_id, occurred_at) WHERE team_id IS NOT NULL;
CREATE INDEX usage_ledger_by_api_key ON usage_ledger (api_key_id, occurred_at) WHERE api_key_id IS NOT NULL;
CREATE INDEX usage_ledger_by_time ON usage_ledger (occurred_at);
