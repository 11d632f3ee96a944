-- A running answer is written again with every checkpoint; only its end is worth the words of the search index.
DROP INDEX conversation_messages_search;
CREATE INDEX conversation_messages_search ON conversation_messages USING gin (to_tsvector('simple', content)) WHERE status <> 'streaming';
