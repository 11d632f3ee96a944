using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Convo.Data.Knowledge;

/// <summary>
/// Builds a model's HNSW index beside running searches and publications: concurrently, without a time limit, and with room for its graph,
/// which is built ten times slower once it no longer fits.
/// </summary>
internal sealed class EmbeddingIndex(NpgsqlDataSource dataSource, Db db, IConfiguration configuration)
{
    /// <summary>Fewer vectors are compared one by one sooner than an index is built.</summary>
    public const long From = 10_000;

    private const string MemoryKey = "Convo:Search:IndexMemoryMegabytes";
    private const int DefaultMemory = 1024;

    // Half precision in the index alone: half the memory and twice the speed, and the rows keep what the model gave.
    private const string PlanSql =
        """
        SELECT embedding_index_name(@model) AS name, embedding_index_definition(@model, @dimensions) AS definition, i.indisvalid AS valid
        FROM (SELECT) AS one
        LEFT JOIN pg_index AS i ON i.indexrelid = to_regclass(embedding_index_name(@model))
        """;

    public async Task EnsureAsync(string model, int dimensions, CancellationToken cancellationToken)
    {
        var plan = await db.QuerySingleOrDefaultAsync<IndexPlan>(PlanSql, new { model, dimensions }, cancellationToken).ConfigureAwait(false);
        if (plan is null or { Definition: null } or { Valid: true })
        {
            return;
        }

        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (plan.Valid is false)
        {
            // What a node left that died while it built: PostgreSQL keeps it up to date and never reads it.
            await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {plan.Name}", cancellationToken).ConfigureAwait(false);
        }

        var memory = configuration.GetValue(MemoryKey, DefaultMemory);
        await RunAsync(connection, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{Math.Clamp(memory, 16, 1_000_000)}MB'"), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await RunAsync(connection, plan.Definition, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await RunAsync(connection, "RESET maintenance_work_mem", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Statements that cannot run in a transaction and take as long as they take; their texts come from the database's own functions.</summary>
    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // A statement's text cannot be a parameter; the names in it are quoted by the database (format's %I and %L).
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed record IndexPlan(string Name, string? Definition, bool? Valid);
}
