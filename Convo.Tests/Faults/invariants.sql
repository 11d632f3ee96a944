-- The invariants of design §10, asked after every fault run. One row is one violation: which invariant, of what, and how.
-- @observed:  [{message_id, text, ended, broken}]   what each client assembled; ended: the status it was told, or null
-- @sent:      [{key, content, accepted, doubtful}]  what was submitted; accepted: the server said so. A reply that was lost is not accepted;
--             doubtful: not accepted, and so lately that a reservation whose reply was lost may not have expired
-- @called:    [{content, calls}]                    provider calls by the user text they carried
-- @counters:  [{user_id, used, held, day_start}]    the budget counters
-- @leftovers: [{node, readers, turns}]              what the nodes say still runs
WITH observed AS (SELECT * FROM jsonb_to_recordset(@observed::jsonb) AS o (message_id uuid, text text, ended text, broken text)),
     sent AS (SELECT * FROM jsonb_to_recordset(@sent::jsonb) AS s (key text, content text, accepted boolean, doubtful boolean)),
     called AS (SELECT * FROM jsonb_to_recordset(@called::jsonb) AS c (content text, calls bigint)),
     counters AS (SELECT * FROM jsonb_to_recordset(@counters::jsonb) AS c (user_id uuid, used bigint, held bigint, day_start timestamptz)),
     leftovers AS (SELECT * FROM jsonb_to_recordset(@leftovers::jsonb) AS l (node text, readers bigint, turns bigint)),
     answers AS (SELECT * FROM conversation_messages WHERE role = 'assistant')

-- I1: an accepted user message exists exactly once, and one that was not is there at most once.
SELECT 'I1' AS invariant, s.content AS subject, format('accepted %s, stored %s times', bool_or(s.accepted), stored.times) AS detail
  FROM sent s
 CROSS JOIN LATERAL (SELECT count(*) AS times FROM conversation_messages m WHERE m.role = 'user' AND m.content = s.content) stored
 GROUP BY s.content, stored.times
HAVING stored.times > 1 OR (bool_or(s.accepted) AND stored.times = 0)
UNION ALL
SELECT 'I1', k.key, 'an idempotency key without its message'
  FROM idempotency_keys k
 WHERE k.message_id IS NULL
UNION ALL
-- I2: nothing streams any more, and an ended answer has no lease.
SELECT 'I2', m.id::text, format('%s, lease until %s', m.status, m.lease_until)
  FROM answers m
 WHERE m.status = 'streaming' OR m.lease_until IS NOT NULL
UNION ALL
-- I3: what a client has is a prefix of what is stored, and all of it when it was told the end.
SELECT 'I3', o.message_id::text, format('client has %s characters, told %s; stored %s, %s', length(o.text), coalesce(o.ended, 'nothing'), length(m.content), m.status)
  FROM observed o
  LEFT JOIN answers m ON m.id = o.message_id
 WHERE m.id IS NULL
    OR NOT starts_with(m.content, o.text)
    OR (o.ended IS NOT NULL AND o.text <> m.content)
    OR (o.ended IN ('complete', 'stopped') AND m.status <> o.ended)
UNION ALL
-- I4: seq rose strictly within each turn, and no two answers share a generation.
SELECT 'I4', o.message_id::text, o.broken FROM observed o WHERE o.broken <> ''
UNION ALL
SELECT 'I4', m.id::text, format('last_seq %s for %s characters', m.last_seq, length(m.content))
  FROM answers m
 WHERE m.last_seq < CASE WHEN m.content = '' THEN 1 ELSE 2 END
UNION ALL
-- I5: the ledger is the counter, nothing is held for what has ended, and each answer is settled once with the figures it shows.
SELECT 'I5', c.user_id::text, format('counter %s, ledger %s, held %s', c.used, ledger.tokens, c.held)
  FROM counters c
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(l.input_tokens + l.output_tokens), 0) AS tokens
         FROM usage_ledger l
        WHERE l.user_id = c.user_id AND l.occurred_at >= c.day_start AND l.occurred_at < c.day_start + interval '1 day') ledger
 WHERE c.used <> ledger.tokens OR (c.held <> 0 AND NOT EXISTS (SELECT 1 FROM sent WHERE doubtful))
UNION ALL
SELECT 'I5', h.turn_id::text, CASE WHEN m.id IS NULL THEN 'a hold of a turn that never was' ELSE 'a hold of a turn that has ended' END
  FROM budget_holds h
  LEFT JOIN answers m ON m.turn_id = h.turn_id
 WHERE h.expires_at > now() AND CASE
       -- A node that dies between its reservation and the commit of the message leaves the hold to its expiry.
       WHEN m.id IS NULL THEN NOT EXISTS (SELECT 1 FROM sent WHERE doubtful)
       ELSE m.status <> 'streaming' END
UNION ALL
SELECT 'I5', m.id::text, format('answer %s + %s tokens, ledger %s + %s', m.input_tokens, m.output_tokens, l.input_tokens, l.output_tokens)
  FROM answers m
  LEFT JOIN usage_ledger l ON l.turn_id = m.turn_id
 WHERE m.output_tokens IS NOT NULL
   AND (l.id IS NULL OR (m.input_tokens, m.output_tokens) IS DISTINCT FROM (l.input_tokens, l.output_tokens))
UNION ALL
SELECT 'I5', m.id::text, 'text was delivered and nobody paid'
  FROM answers m
 WHERE m.content <> '' AND m.status IN ('complete', 'stopped', 'interrupted') AND m.output_tokens IS NULL
UNION ALL
-- I6: one provider call for each answer at most, none without a stored user message.
SELECT 'I6', c.content, format('%s provider calls for %s answers', c.calls, answered.times)
  FROM called c
 CROSS JOIN LATERAL (
       SELECT count(*) AS times
         FROM conversation_messages q
         JOIN answers a ON a.parent_id = q.id
        WHERE q.role = 'user' AND q.content = c.content) answered
 WHERE c.calls > answered.times
UNION ALL
-- I7: the chunks of a ready file are 0..k, each once; no other file has any that could be found.
SELECT 'I7', a.id::text, format('%s, %s chunks up to %s', a.status, count(c.id), max(c.position))
  FROM attachments a
  JOIN attachment_chunks c ON c.attachment_id = a.id
 GROUP BY a.id, a.status
HAVING a.status <> 'ready' AND a.status <> 'embedding' OR count(c.id) <> max(c.position) + 1 OR count(DISTINCT c.position) <> count(c.id)
UNION ALL
-- I8: nothing crosses from one person to another.
SELECT 'I8', m.id::text, 'a message below another thread''s message'
  FROM conversation_messages m
  JOIN conversation_messages p ON p.id = m.parent_id
 WHERE p.thread_id <> m.thread_id
UNION ALL
SELECT 'I8', l.id::text, 'a bill for another person''s thread'
  FROM usage_ledger l
  JOIN conversation_threads t ON t.id = l.thread_id
 WHERE l.user_id IS DISTINCT FROM t.owner_id
UNION ALL
SELECT 'I8', k.key, 'a key that leads to another person''s message'
  FROM idempotency_keys k
  JOIN conversation_messages m ON m.id = k.message_id
  JOIN conversation_threads t ON t.id = m.thread_id
 WHERE t.owner_id <> k.user_id
UNION ALL
-- I9: nothing is left open: no transaction, no reader, no turn.
SELECT 'I9', pid::text, format('idle in a transaction for %s: %s', now() - state_change, left(query, 80))
  FROM pg_stat_activity
 WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND now() - state_change > interval '5 seconds'
UNION ALL
SELECT 'I9', node, format('%s readers and %s turns', readers, turns) FROM leftovers WHERE readers <> 0 OR turns <> 0
UNION ALL
-- I10: an answer that did not end well says why, in a code and a sentence.
SELECT 'I10', m.id::text, format('%s without a reason', m.status)
  FROM answers m
 WHERE m.status IN ('interrupted', 'failed') AND (coalesce(m.error_code, '') = '' OR coalesce(m.error_detail, '') = '')
