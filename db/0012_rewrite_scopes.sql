-- The same rules as before, each as one condition on attachments: a person with a few files among many is found by index, one with thousands by a
-- single scan, where the union and join of before cost ten times that, several times a search. The arrays are computed once a statement.
CREATE OR REPLACE FUNCTION readable_attachments(person uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT a.id
    FROM attachments AS a
    WHERE a.owner_id = person OR a.collection_id = ANY (ARRAY(SELECT c.id FROM collections_open_to(person, ARRAY['read', 'write']) AS c))
$$;

CREATE OR REPLACE FUNCTION writable_attachments(person uuid) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT a.id
    FROM attachments AS a
    WHERE a.owner_id = person OR a.collection_id = ANY (ARRAY(SELECT c.id FROM collections_open_to(person, ARRAY['write']) AS c))
$$;

-- What a person may read of a thread's files, of single files and of collections; of everything when none is named.
CREATE OR REPLACE FUNCTION attachments_in_scope(person uuid, thread uuid, files uuid[], shelves uuid[]) RETURNS TABLE (id uuid) LANGUAGE sql STABLE AS $$
    SELECT a.id
    FROM attachments AS a
    WHERE a.status = 'ready'
      AND (a.owner_id = person OR a.collection_id = ANY (ARRAY(SELECT c.id FROM collections_open_to(person, ARRAY['read', 'write']) AS c)))
      AND ((thread IS NULL AND cardinality(files) = 0 AND cardinality(shelves) = 0)
        OR a.thread_id = thread
        OR a.id = ANY (files)
        OR a.collection_id = ANY (shelves)
        OR a.id = ANY (ARRAY(
            SELECT ma.attachment_id
            FROM message_attachments AS ma
            JOIN conversation_messages AS m ON m.id = ma.message_id
            WHERE m.thread_id = thread)))
$$;
