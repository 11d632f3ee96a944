using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>
/// A person with one of everything, each holding the canary. Written straight into the database, so that no route has to work for the
/// attacks on all of them to be tried.
/// </summary>
internal sealed class Victim
{
    public const string Canary = "canary-7f3a-only-the-owner-reads-this";

    private readonly ConvoApp _app;
    private readonly Dictionary<string, Guid> _ids = [];

    private Victim(ConvoApp app, TestUser user)
    {
        _app = app;
        User = user;
    }

    public TestUser User { get; }

    public Guid this[string word] => _ids[word];

    /// <summary>The words that paths and bodies may hold: {thread}, {question}, {answer}, {running}, {file}, {chunk}, {collection}, {key}, {session}, {team}, {user}.</summary>
    public string Fill(string text, Func<Guid, string>? spelled = null) =>
        _ids.Aggregate(text, (filled, id) => filled.Replace("{" + id.Key + "}", spelled?.Invoke(id.Value) ?? id.Value.ToString(), StringComparison.Ordinal));

    public static async Task<Victim> CreateAsync(ConvoApp app)
    {
        var victim = new Victim(app, await app.CreateUserAsync());
        foreach (var word in new[] { "thread", "other_thread", "question", "answer", "running", "file", "chunk", "collection", "session", "team" })
        {
            victim._ids[word] = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        }

        victim._ids["user"] = victim.User.Id;
        victim._ids["key"] = await app.Database.Db.ScalarAsync<Guid>("SELECT id FROM api_keys WHERE user_id = @Id", new { victim.User.Id }, CancellationToken.None);
        await app.Database.Db.ExecuteAsync(Seed, victim.Parameters(), CancellationToken.None);
        return victim;
    }

    /// <summary>One text of everything that is the victim's, in whatever table: what an attack must not change.</summary>
    public async Task<string> FingerprintAsync()
    {
        var parts = new List<string>();
        foreach (var (table, whose) in OwnedTables.Conditions)
        {
            parts.Add(table + " " + await _app.Database.Db.ScalarAsync<string>(
                $"SELECT count(*) || ' ' || md5(coalesce(string_agg(to_jsonb(x)::text, '|' ORDER BY to_jsonb(x)::text), '')) FROM {table} x WHERE {whose}",
                new { User.Id }, CancellationToken.None));
        }

        return string.Join('\n', parts);
    }

    private object Parameters() => new
    {
        user = User.Id,
        thread = _ids["thread"],
        otherThread = _ids["other_thread"],
        question = _ids["question"],
        answer = _ids["answer"],
        running = _ids["running"],
        file = _ids["file"],
        chunk = _ids["chunk"],
        collection = _ids["collection"],
        session = _ids["session"],
        team = _ids["team"],
        turn = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
        canary = Canary,
        far = TimeProvider.System.GetUtcNow().AddDays(1),
    };

    private const string Seed = """
        INSERT INTO teams (id, name) VALUES (@team, 'Team ' || @team);
        UPDATE users SET team_id = @team, name = @canary WHERE id = @user;
        INSERT INTO user_sessions (id, user_id, method, user_agent) VALUES (@session, @user, 'password', @canary);
        INSERT INTO conversation_threads (id, owner_id, title, system_prompt) VALUES (@thread, @user, @canary, @canary), (@otherThread, @user, @canary, NULL);
        INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@question, @thread, 'user', @canary, 'complete');
        INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, model, provider, turn_id, last_seq)
        VALUES (@answer, @thread, @question, 'assistant', @canary, 'complete', 'quoter', 'quoter', @answer, 3);
        INSERT INTO conversation_messages (id, thread_id, role, content, status, model, provider, turn_id, lease_until)
        VALUES (@running, @otherThread, 'assistant', @canary, 'streaming', 'quoter', 'quoter', @turn, @far);
        UPDATE conversation_threads SET leaf_id = @answer WHERE id = @thread;
        INSERT INTO message_revisions (id, message_id, content, edited_by, reason) VALUES (@session, @answer, @canary, @user, @canary);
        INSERT INTO collections (id, owner_id, name) VALUES (@collection, @user, @canary);
        INSERT INTO attachments (id, owner_id, collection_id, filename, media_type, size_bytes, sha256, status, stage, error_code, error_detail, pages)
        VALUES (@file, @user, @collection, @canary || '.txt', 'text/plain', length(@canary), sha256('canary'), 'failed', 'extracting', 'unreadable', @canary, 1);
        INSERT INTO attachment_blobs (attachment_id, part, bytes) VALUES (@file, 0, convert_to(@canary, 'UTF8'));
        INSERT INTO attachment_texts (attachment_id, char_start, char_end, page, content) VALUES (@file, 0, length(@canary), 1, @canary);
        INSERT INTO attachment_chunks (id, attachment_id, position, content, page_from, page_to, char_start, char_end, token_count, language, term_count,
                                       lexeme_ids, lexeme_weights, average_terms)
        VALUES (@chunk, @file, 0, @canary, 1, 1, 0, length(@canary), 5, 'simple', 0, '{}', '{}/1', 1);
        INSERT INTO citations (message_id, number, chunk_id, attachment_id, filename, page_from, page_to, quote, verified)
        VALUES (@answer, 1, @chunk, @file, @canary || '.txt', 1, 1, @canary, true);
        """;
}
