namespace Convo.Data.Knowledge;

/// <param name="DocumentFrequency">Passages of its language that have it.</param>
/// <param name="Weight">Its idf, summed over the places where the question says it.</param>
internal sealed record QueryLexeme(int Id, int DocumentFrequency, double Weight);

/// <summary>
/// What a question's words are in each language that has passages: the ids tell the languages apart, so one vector serves a mixed scope.
/// A word's idf is one and the same in all of them, from the passages of all languages together: a passage whose language was not recognised
/// must not lose for being one of few. Where a language leaves a word out as a stop word, all its passages count as having it.
/// </summary>
internal static class QueryLexemes
{
    // The parser counts the words alike in every language, those that are left out included: a position is the same word in all of them.
    private const string LexemesSql =
        """
        SELECT s.language, s.chunk_count, l.id, coalesce(l.document_frequency, 0) AS document_frequency, coalesce(w.positions::integer[], '{}') AS positions
        FROM search_languages AS s
        LEFT JOIN LATERAL unnest(to_tsvector(s.language::regconfig, @searchText)) AS w ON true
        LEFT JOIN lexemes AS l ON l.language = s.language AND l.lexeme = w.lexeme
        WHERE s.chunk_count > 0
        """;

    /// <returns>The weightiest first.</returns>
    public static async Task<IReadOnlyList<QueryLexeme>> ReadAsync(Db db, string searchText, CancellationToken cancellationToken)
    {
        var rows = await db.QueryAsync<LexemeRow>(LexemesSql, new { searchText }, cancellationToken).ConfigureAwait(false);
        var languages = rows.GroupBy(row => row.Language, StringComparer.Ordinal).ToList();
        var passages = languages.Sum(language => language.First().ChunkCount);
        var idf = languages.SelectMany(language => language).SelectMany(row => row.Positions).Distinct()
            .ToDictionary(position => position, position => Bm25.Idf(passages, languages.Sum(language => Having(language, position))));
        return
        [
            .. rows.Where(row => row is { Id: not null, DocumentFrequency: > 0 })
                .Select(row => new QueryLexeme(row.Id!.Value, row.DocumentFrequency, row.Positions.Sum(position => idf[position])))
                .OrderByDescending(lexeme => lexeme.Weight),
        ];
    }

    private static long Having(IEnumerable<LexemeRow> language, int position)
    {
        var (having, passages) = (-1L, 0L);
        foreach (var row in language)
        {
            passages = row.ChunkCount;
            having = row.Positions.Contains(position) ? Math.Max(having, row.DocumentFrequency) : having;
        }

        return having < 0 ? passages : having;
    }

    private sealed record LexemeRow(string Language, long ChunkCount, int? Id, int DocumentFrequency, int[] Positions);
}
