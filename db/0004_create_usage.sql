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
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- The transaction that wrote the row. A counter remembers the snapshot it was rebuilt from, and the two tell whether it has this row.
    recorded_in   xid8 NOT NULL DEFAULT pg_current_xact_id()
);
-- With what a rebuilt counter sums, so that a month of the whole organisation is read from the index alone.
CREATE INDEX usage_ledger_by_user ON usage_ledger (user_id, occurred_at) INCLUDE (input_tokens, output_tokens, cost);
CREATE INDEX usage_ledger_by_team ON usage_ledger (team_id, occurred_at) INCLUDE (input_tokens, output_tokens, cost) WHERE team_id IS NOT NULL;
CREATE INDEX usage_ledger_by_api_key ON usage_ledger (api_key_id, occurred_at) INCLUDE (input_tokens, output_tokens, cost) WHERE api_key_id IS NOT NULL;
CREATE INDEX usage_ledger_by_time ON usage_ledger (occurred_at) INCLUDE (input_tokens, output_tokens, cost);
CREATE INDEX usage_ledger_by_thread ON usage_ledger (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX usage_ledger_by_message ON usage_ledger (message_id) WHERE message_id IS NOT NULL;

-- What running turns have reserved, so that counters rebuilt after an empty Redis still know it. The row goes in the transaction that
-- writes the ledger: a snapshot sees a turn in one of the two. No foreign keys: a row lives for minutes, and a reservation must not
-- wait for whoever edits the person's row.
CREATE TABLE budget_holds (
    turn_id     uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    team_id     uuid,
    api_key_id  uuid,
    tokens      bigint NOT NULL CHECK (tokens >= 0),
    cost        numeric(20, 10) NOT NULL CHECK (cost >= 0),
    reserved_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX budget_holds_by_expiry ON budget_holds (expires_at);
