-- Where people are signed in, whom an identity provider vouches for, and an audit log that nothing can rewrite.
CREATE TABLE user_sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- How the person came in: with a password, or through the identity provider.
    method       text NOT NULL CHECK (method IN ('password', 'link', 'provider')),
    -- What the browser and the address looked like at the sign-in; shown to the person alone.
    user_agent   text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX user_sessions_by_user ON user_sessions (user_id, last_seen_at DESC);
CREATE INDEX user_sessions_by_age ON user_sessions (last_seen_at);

-- Who a person is to an identity provider: its issuer and the subject it gave them. An e-mail address is never an identity.
CREATE TABLE external_logins (
    issuer       text NOT NULL,
    subject      text NOT NULL,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_logins_by_user ON external_logins (user_id);

-- The log keeps the id of whoever acted, also when that person is gone: setting it to null would be a change.
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_id_fkey;
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, at DESC, id DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_log_by_target ON audit_log (target_id, at DESC, id DESC) WHERE target_id IS NOT NULL;
CREATE INDEX audit_log_by_action ON audit_log (action text_pattern_ops, at DESC, id DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
-- Also for a session that calls itself a replica, which ordinary triggers let through.
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_no_truncate;

-- A revision is what was there: it goes with its message and is never rewritten, apart from the name of an author who is gone.
CREATE FUNCTION refuse_revision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.message_id, NEW.content, NEW.by_admin, NEW.reason, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.message_id, OLD.content, OLD.by_admin, OLD.reason, OLD.created_at)
        OR (NEW.edited_by IS NOT NULL AND NEW.edited_by IS DISTINCT FROM OLD.edited_by) THEN
        RAISE EXCEPTION 'message_revisions are not rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER message_revisions_kept BEFORE UPDATE ON message_revisions FOR EACH ROW EXECUTE FUNCTION refuse_revision_change();

-- What a retention period looks for.
CREATE INDEX conversation_threads_by_age ON conversation_threads (updated_at);
