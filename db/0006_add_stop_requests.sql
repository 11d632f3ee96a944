-- A stop that is asked for on another node is written here; the running node reads it with its next checkpoint, also when Redis is away.
ALTER TABLE conversation_messages ADD COLUMN stop_requested boolean NOT NULL DEFAULT false;
