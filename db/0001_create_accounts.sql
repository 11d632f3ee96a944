-- People, their teams, sign-in links and API keys.
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE teams (
    id          uuid PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id              uuid PRIMARY KEY,
    email           text NOT NULL,
    -- Upper case by the rules of the invariant culture: one person, one spelling.
    normalized_email text NOT NULL UNIQUE,
    name            text NOT NULL,
    role            text NOT NULL CHECK (role IN ('member', 'admin')),
    team_id         uuid REFERENCES teams ON DELETE SET NULL,
    password_hash   text,
    security_stamp  text NOT NULL,
    lockout_end     timestamptz,
    access_failed_count integer NOT NULL DEFAULT 0,
    disabled_at     timestamptz,
    -- True for exactly one row: the first administrator, whatever raced.
    is_first_admin  boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_seen_at    timestamptz
);
CREATE UNIQUE INDEX users_one_first_admin ON users (is_first_admin) WHERE is_first_admin;

-- One-time links: set-up of the first administrator, invitations.
CREATE TABLE sign_in_links (
    id          uuid PRIMARY KEY,
    purpose     text NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
    user_id     uuid REFERENCES users ON DELETE CASCADE,
    token_hash  bytea NOT NULL UNIQUE,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name        text NOT NULL,
    -- What may be shown again: the first characters.
    prefix      text NOT NULL,
    key_hash    bytea NOT NULL UNIQUE,
    scopes      text[] NOT NULL DEFAULT ARRAY['chat', 'read'],
    expires_at  timestamptz,
    revoked_at  timestamptz,
    last_used_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_by_user ON api_keys (user_id);

CREATE TABLE audit_log (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor_id    uuid REFERENCES users ON DELETE SET NULL,
    action      text NOT NULL,
    target_type text NOT NULL,
    target_id   text,
    reason      text,
    details     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_by_time ON audit_log (at DESC, id DESC);

-- The keys that sign cookies, when the database is shared by several nodes.
CREATE TABLE data_protection_keys (
    name        text PRIMARY KEY,
    xml         text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
