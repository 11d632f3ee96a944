namespace Convo.Data.Knowledge;

/// <summary>A passage as PostgreSQL's text search sees it: distinct lexemes with how often each stands there.</summary>
internal sealed record AnalysedText(string[] Lexemes, int[] Frequencies)
{
    public int Length { get; } = Frequencies.Sum();
}

/// <summary>Lexemes, their ids and the statistics that weights need.</summary>
internal sealed class LexemeAnalysis(Db db)
{
    private const int BatchSize = 128;

    // The parser positions a word at most 16,383 times and 255 times each: far beyond a passage.
    private const string AnalyseSql =
        """
        SELECT coalesce(array_agg(w.lexeme) FILTER (WHERE w.lexeme IS NOT NULL), '{}') AS lexemes,
               coalesce(array_agg(cardinality(w.positions)) FILTER (WHERE w.lexeme IS NOT NULL), '{}') AS frequencies
        FROM unnest(@texts) WITH ORDINALITY AS t (content, position)
        LEFT JOIN LATERAL unnest(to_tsvector(@language::regconfig, t.content)) AS w ON true
        GROUP BY t.position
        ORDER BY t.position
        """;

    public async Task<IReadOnlyList<AnalysedText>> AnalyseAsync(string language, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var analysed = new List<AnalysedText>(texts.Count);
        foreach (var batch in texts.Chunk(BatchSize))
        {
            analysed.AddRange(await db.QueryAsync<AnalysedText>(AnalyseSql, new { language, texts = batch }, cancellationToken).ConfigureAwait(false));
        }

        return analysed;
    }

    // Rows that exist are left out first: an identity value is spent on every row that conflicts. Sorted, so that two runs that meet on new
    // words wait for each other in one direction only.
    private const string AddSql =
        """
        INSERT INTO lexemes (language, lexeme)
        SELECT @language, w.lexeme
        FROM unnest(@words) AS w (lexeme)
        WHERE NOT EXISTS (SELECT FROM lexemes AS l WHERE l.language = @language AND l.lexeme = w.lexeme)
        ORDER BY w.lexeme
        ON CONFLICT (language, lexeme) DO NOTHING
        """;

    private const string IdsSql = "SELECT l.lexeme, l.id FROM lexemes AS l WHERE l.language = @language AND l.lexeme = ANY (@words)";

    /// <summary>The ids of lexemes, made where missing. Committed at once: a long publication must not hold up others on a new word.</summary>
    public async Task<Dictionary<string, int>> IdsAsync(string language, IReadOnlyCollection<string> lexemes, CancellationToken cancellationToken)
    {
        var words = lexemes.ToArray();
        while (true)
        {
            await db.ExecuteAsync(AddSql, new { language, words }, cancellationToken).ConfigureAwait(false);
            var rows = await db.QueryAsync<LexemeId>(IdsSql, new { language, words }, cancellationToken).ConfigureAwait(false);
            if (rows.Count == words.Length)
            {
                return rows.ToDictionary(r => r.Lexeme, r => r.Id, StringComparer.Ordinal);
            }

            // Between the two statements another file's deletion took a word along that was there before: it is added anew.
        }
    }

    private const string AverageSql =
        """
        WITH added AS (
            INSERT INTO search_languages (language, average_terms)
            VALUES (@language, @first)
            ON CONFLICT (language) DO NOTHING
            RETURNING average_terms
        )
        SELECT average_terms FROM added
        UNION ALL
        SELECT average_terms FROM search_languages WHERE language = @language
        LIMIT 1
        """;

    /// <summary>The average length that weights of the language are computed with.</summary>
    /// <param name="first">What it is to be when these are the language's first passages.</param>
    public async Task<double> AverageLengthAsync(string language, double first, CancellationToken cancellationToken) =>
        await db.ScalarAsync<double?>(AverageSql, new { language, first }, cancellationToken).ConfigureAwait(false)
        // Another worker added the language between the two halves of the statement.
        ?? await db.ScalarAsync<double>(AverageSql, new { language, first }, cancellationToken).ConfigureAwait(false);

    private sealed record LexemeId(string Lexeme, int Id);
}
