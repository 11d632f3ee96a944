using Convo.Core.Knowledge;
using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>The keyword leg: BM25 as an inner product of sparse vectors.</summary>
internal sealed class KeywordSearch(Db db)
{
    /// <summary>Scopes up to this are scored whole; beyond it the inverted index proposes candidates.</summary>
    private const long WholeScope = 20_000;

    /// <summary>Passages that rare lexemes may propose before common ones are left to scoring alone.</summary>
    private const long CandidateTarget = 20_000;

    /// <summary>Part of the best score that a passage without any rare word must be able to reach to be looked for.</summary>
    private const double Negligible = 0.1;

    /// <summary>A question's rarest lexemes; more hardly move a ranking.</summary>
    private const int MaxLexemes = 96;

    public async Task<IReadOnlyList<RankedChunk>> FindAsync(
        Guid personId, RetrievalScope scope, long chunksInScope, string searchText, int depth, CancellationToken cancellationToken)
    {
        var lexemes = (await QueryLexemes.ReadAsync(db, searchText, cancellationToken).ConfigureAwait(false)).Take(MaxLexemes).ToList();
        if (lexemes.Count == 0)
        {
            return [];
        }

        var query = LexemeVector.Of(lexemes.ToDictionary(l => l.Id, l => (float)l.Weight));
        var search = new Search(personId, scope.ThreadId, [.. scope.AttachmentIds], [.. scope.CollectionIds], query, depth);
        return chunksInScope <= WholeScope
            ? await db.QueryAsync<RankedChunk>(WholeSql, search, cancellationToken).ConfigureAwait(false)
            : await FromCandidatesAsync(search, lexemes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// MaxScore (Turtle and Flood, 1995) in two steps: passages with none of the rare lexemes can reach at most the sum of the common ones'
    /// upper bounds. Where that is more than the last result has, or could matter beside the best, as many more lexemes propose as bring it
    /// below. So the result is exact but for passages that have nothing but words as common as stop words.
    /// </summary>
    private async Task<IReadOnlyList<RankedChunk>> FromCandidatesAsync(Search search, List<QueryLexeme> lexemes, CancellationToken cancellationToken)
    {
        var (rare, proposed) = (0, 0L);
        while (rare < lexemes.Count && (rare == 0 || proposed + lexemes[rare].DocumentFrequency <= CandidateTarget))
        {
            proposed += lexemes[rare++].DocumentFrequency;
        }

        var found = await ProposedByAsync(search, lexemes.Take(rare), cancellationToken).ConfigureAwait(false);
        var reached = found.Count == 0 ? 0 : Math.Max(Negligible * found[0].Score, found.Count == search.Depth ? found[^1].Score : 0);
        var needed = rare;
        while (needed < lexemes.Count && lexemes.Skip(needed).Sum(l => Bm25.UpperBound(l.Weight)) > reached)
        {
            needed++;
        }

        return needed == rare ? found : await ProposedByAsync(search, lexemes.Take(needed), cancellationToken).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<RankedChunk>> ProposedByAsync(Search search, IEnumerable<QueryLexeme> lexemes, CancellationToken cancellationToken) =>
        db.QueryAsync<RankedChunk>(
            CandidatesSql,
            new { search.PersonId, search.ThreadId, search.Files, search.Collections, search.Query, search.Depth, lexemes = lexemes.Select(l => l.Id).ToArray() },
            cancellationToken);

    // The scope as an array: see PgSearchIndex.ExactSql.
    private const string WholeSql =
        """
        SELECT n.id AS chunk_id, -n.distance AS score
        FROM (
            SELECT c.id, c.lexeme_weights <#> @Query AS distance
            FROM attachment_chunks AS c
            WHERE c.attachment_id = ANY (ARRAY(SELECT s.id FROM attachments_in_scope(@PersonId, @ThreadId, @Files, @Collections) AS s))
            ORDER BY distance, c.id
            LIMIT @Depth
        ) AS n
        WHERE n.distance < 0
        ORDER BY n.distance, n.id
        """;

    private const string CandidatesSql =
        """
        SELECT n.id AS chunk_id, -n.distance AS score
        FROM (
            SELECT c.id, c.lexeme_weights <#> @Query AS distance
            FROM attachment_chunks AS c
            WHERE c.lexeme_ids && @lexemes
              AND (c.attachment_id IN (SELECT s.id FROM attachments_in_scope(@PersonId, @ThreadId, @Files, @Collections) AS s)) IS TRUE
            ORDER BY distance, c.id
            LIMIT @Depth
        ) AS n
        WHERE n.distance < 0
        ORDER BY n.distance, n.id
        """;

    private sealed record Search(Guid PersonId, Guid? ThreadId, Guid[] Files, Guid[] Collections, SparseVector Query, int Depth);
}
