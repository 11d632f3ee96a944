using Npgsql;

namespace Convo.Bench.SearchScale;

/// <summary>What triggers and the inverted index would have kept, made once at the end. Minutes at a million passages, hence without time limit.</summary>
internal static class BulkStatistics
{
    private const string CountSql =
        """
        UPDATE lexemes AS l
        SET document_frequency = d.frequency
        FROM (SELECT w.id, count(*)::integer AS frequency FROM attachment_chunks AS c, unnest(c.lexeme_ids) AS w (id) GROUP BY w.id) AS d
        WHERE l.id = d.id AND l.document_frequency <> d.frequency
        """;

    private const string LanguagesSql =
        """
        UPDATE search_languages AS s
        SET chunk_count = d.chunks, term_count = d.terms
        FROM (SELECT c.language, count(*) AS chunks, sum(c.term_count) AS terms FROM attachment_chunks AS c GROUP BY c.language) AS d
        WHERE s.language = d.language
        """;

    private const string IndexSql = "CREATE INDEX IF NOT EXISTS attachment_chunks_lexemes ON attachment_chunks USING gin (lexeme_ids)";

    public static async Task FinishAsync(KnowledgeHost host, CancellationToken cancellationToken)
    {
        await using var connection = await host.Get<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        foreach (var sql in (string[])["SET maintenance_work_mem = '1GB'", "SET work_mem = '512MB'", CountSql, LanguagesSql, IndexSql, "RESET ALL"])
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
