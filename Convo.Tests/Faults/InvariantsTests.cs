using Convo.Tests.Fixtures;

namespace Convo.Tests.Faults;

/// <summary>The checker itself: on a sound database it is silent, on a broken one it names what is broken.</summary>
public sealed class InvariantsTests
{
    private static readonly Guid User = Guid.NewGuid();
    private static readonly Guid Answer = Guid.NewGuid();
    private static readonly object[] Nothing = [];

    private const string Sound =
        """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp) VALUES (@user, 'a@example.org', 'A@EXAMPLE.ORG', 'A', 'member', 's');
        INSERT INTO conversation_threads (id, owner_id) VALUES (@thread, @user);
        INSERT INTO conversation_messages (id, thread_id, role, content, status) VALUES (@question, @thread, 'user', 'Q', 'complete');
        INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, turn_id, last_seq, input_tokens, output_tokens)
        VALUES (@answer, @thread, @question, 'assistant', 'Hello', 'complete', @turn, 5, 3, 2);
        INSERT INTO usage_ledger (id, turn_id, user_id, thread_id, message_id, source, model, provider, input_tokens, cached_input_tokens, output_tokens,
                                  reasoning_tokens, estimated, occurred_at)
        VALUES (@turn, @turn, @user, @thread, @answer, 'chat', 'm', 'p', 3, 0, 2, 0, false, now());
        """;

    private const string Broken =
        """
        INSERT INTO conversation_messages (id, thread_id, role, content, status) SELECT gen_random_uuid(), thread_id, 'user', 'Q', 'complete' FROM conversation_messages WHERE id = @answer;
        UPDATE usage_ledger SET output_tokens = 7;
        UPDATE conversation_messages SET status = 'streaming', lease_until = now() WHERE id = @answer;
        INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, turn_id, last_seq)
        SELECT gen_random_uuid(), thread_id, parent_id, 'assistant', 'cut', 'interrupted', gen_random_uuid(), 1 FROM conversation_messages WHERE id = @answer;
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp) VALUES (@other, 'b@example.org', 'B@EXAMPLE.ORG', 'B', 'member', 's');
        UPDATE conversation_threads SET owner_id = @other;
        """;

    [Fact]
    public async Task Check_SoundThenBroken_NamesEveryInvariant()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var database = await TestDatabase.CreateAsync();
        var ids = new { user = User, thread = Guid.NewGuid(), question = Guid.NewGuid(), answer = Answer, turn = Guid.NewGuid() };
        await database.Db.ExecuteAsync(Sound, ids, cancel);
        var sent = new[] { new { key = "k", content = "Q", accepted = true, doubtful = false } };
        var day = DateTimeOffset.UnixEpoch.AddDays((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Days);
        var counters = new[] { new { user_id = User, used = 5, held = 0, day_start = day } };
        var calls = new[] { new { content = "Q", calls = 1 } };

        var silent = await Invariants.AskAsync(database, Observed("Hello", "complete", ""), sent, calls, counters, Nothing, cancel);
        await database.Db.ExecuteAsync(Broken, new { answer = Answer, other = Guid.NewGuid() }, cancel);
        var leftovers = new[] { new { node = "n", readers = 1, turns = 0 } };
        var manyCalls = new[] { new { content = "Q", calls = 9 } };
        var named = await Invariants.AskAsync(database, Observed("Help", "complete", "seq 2 after 2"), sent, manyCalls, counters, leftovers, cancel);

        Assert.Empty(silent);
        Assert.Equal(["I1", "I10", "I2", "I3", "I4", "I5", "I6", "I8", "I9"], named.Select(violation => violation.Invariant).Distinct().Order(StringComparer.Ordinal));
    }

    private static object Observed(string text, string ended, string broken) => new[] { new { message_id = Answer, text, ended, broken } };
}
