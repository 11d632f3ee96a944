using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Data.Knowledge;

/// <summary>Gives back what was retrieved for an answer, with the words of those passages that still exist and may still be read.</summary>
internal sealed class PgRetrievalLog(Db db, ISearchIndex index) : IRetrievalLog
{
    private const string FindSql =
        """
        SELECT r.facts
        FROM conversation_messages AS m
        JOIN conversation_threads AS t ON t.id = m.thread_id
        LEFT JOIN message_retrievals AS r ON r.message_id = m.id
        WHERE m.id = @messageId AND t.owner_id = @userId
        """;

    public async Task<Retrieval?> GetAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        var rows = await db.QueryAsync<FactsRow>(FindSql, new { messageId, userId = caller.UserId }, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            throw ConvoException.NotFound("message");
        }

        if (rows[0].Facts is not { } facts)
        {
            return null;
        }

        var retrieval = RetrievalSql.Read(facts);
        var ids = retrieval.Passages.Concat(retrieval.CutPassages).Select(p => p.ChunkId).Distinct().ToList();
        var chunks = (await index.LoadAsync(caller.UserId, ids, cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.ChunkId);
        return retrieval with { Passages = [.. retrieval.Passages.Select(WithWords)], CutPassages = [.. retrieval.CutPassages.Select(WithWords)] };

        Passage WithWords(Passage passage) => chunks.TryGetValue(passage.ChunkId, out var chunk)
            ? passage with { Text = Slice(chunk, passage), HeadingPath = chunk.HeadingPath }
            : passage;
    }

    /// <summary>Neighbours were given without the sentences they share.</summary>
    private static string Slice(StoredChunk chunk, Passage passage) =>
        passage.CharStart >= chunk.CharStart && passage.CharEnd <= chunk.CharEnd
            ? chunk.Text[(passage.CharStart - chunk.CharStart)..(passage.CharEnd - chunk.CharStart)]
            : chunk.Text;

    private sealed record FactsRow(string? Facts);
}
