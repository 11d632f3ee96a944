using System.Text.Json;
using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Writes what was retrieved for an answer, for whoever stores the answer: ids and figures, not the documents' words.</summary>
internal static class RetrievalSql
{
    private const string InsertSql =
        """
        INSERT INTO message_retrievals (message_id, facts)
        VALUES (@messageId, @facts)
        ON CONFLICT (message_id) DO UPDATE SET facts = excluded.facts
        """;

    public static Task SaveAsync(DbSession session, Guid messageId, Retrieval retrieval, CancellationToken cancellationToken)
    {
        var facts = JsonSerializer.SerializeToElement(WithoutWords(retrieval));
        return session.ExecuteAsync(InsertSql, new { messageId, facts }, cancellationToken);
    }

    public static Retrieval Read(string facts) => JsonSerializer.Deserialize<Retrieval>(facts)!;

    private static Retrieval WithoutWords(Retrieval retrieval) => retrieval with
    {
        // PostgreSQL has no room for a NUL in jsonb.
        Query = retrieval.Query.Replace("\0", "", StringComparison.Ordinal),
        Question = retrieval.Question?.Replace("\0", "", StringComparison.Ordinal),
        Passages = [.. retrieval.Passages.Select(WithoutWords)],
        CutPassages = [.. retrieval.CutPassages.Select(WithoutWords)],
    };

    private static Passage WithoutWords(Passage passage) => passage with { Text = "", HeadingPath = null };
}
