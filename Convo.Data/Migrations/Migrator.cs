using Convo.Core.Shared;
using DbUp;
using DbUp.Engine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Convo.Data.Migrations;

/// <summary>Brings a database to the schema of this build: every script of <c>db/</c> that <c>schema_migrations</c> does not list, in order.</summary>
public static partial class Migrator
{
    /// <summary>Any constant will do as long as every Convo node uses the same: "convo" in ASCII.</summary>
    private const long AdvisoryLock = 0x63_6f_6e_76_6f;

    private const string TakeLock = "SELECT pg_advisory_lock(@key)";

    public static Task RunAsync(string connectionString, CancellationToken cancellationToken) =>
        RunAsync(connectionString, NullLoggerFactory.Instance, cancellationToken);

    /// <summary>
    /// Runs the outstanding scripts, each in a transaction of its own, while holding an advisory lock on a connection of its own, so that
    /// nodes starting together wait for the first one. Returns the names of the scripts it ran.
    /// </summary>
    /// <exception cref="ConvoStartupException">The database cannot be reached, lacks pgvector, or refused a script.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(string connectionString, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        var logger = loggerFactory.CreateLogger(typeof(Migrator));
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, Pooling = false };
        try
        {
            var holder = new NpgsqlConnection(settings.ConnectionString);
            await using var _ = holder.ConfigureAwait(false);
            await holder.OpenAsync(cancellationToken).ConfigureAwait(false);
            var command = new NpgsqlCommand(TakeLock, holder) { Parameters = { new NpgsqlParameter<long>("key", AdvisoryLock) } };
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            // DbUp is synchronous. Closing the holder's connection at the end frees the lock.
            var result = await Task.Run(() => Upgrade(settings.ConnectionString, logger), cancellationToken).ConfigureAwait(false);
            if (!result.Successful)
            {
                throw Explain(result.ErrorScript?.Name, result.Error);
            }

            return [.. result.Scripts.Select(script => script.Name)];
        }
        catch (NpgsqlException e)
        {
            throw Explain(null, e);
        }
    }

    private static DatabaseUpgradeResult Upgrade(string connectionString, ILogger logger) => DeployChanges.To
        .PostgresqlDatabase(connectionString)
        .WithScripts(MigrationScript.All.Select(script => new SqlScript(script.Name, script.Sql)))
        .JournalToPostgresqlTable("public", "schema_migrations")
        .WithVariablesDisabled()
        .WithTransactionPerScript()
        .WithExecutionTimeout(TimeSpan.Zero)
        .LogTo(new UpgradeLog(logger))
        .Build()
        .PerformUpgrade();

    private static ConvoStartupException Explain(string? script, Exception cause) => cause switch
    {
        // Without the control file PostgreSQL 15 answers feature_not_supported, older and some packaged builds undefined_file.
        PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile } missing
            when missing.MessageText.Contains("vector", StringComparison.Ordinal) => new(
                "The PostgreSQL server of DATABASE_URL has no pgvector. Install it there (Debian and Ubuntu: postgresql-NN-pgvector, 0.8.2 or newer) and start Convo again.", cause),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied
            when denied.MessageText.Contains("extension", StringComparison.Ordinal) => new(
                "The role in DATABASE_URL may not install pgvector. Run CREATE EXTENSION vector once in Convo's database as a superuser and start Convo again.", cause),
        PostgresException refused => new(
            $"The database refused {(script is null ? "the preparation of a migration" : $"migration {script}")}: {refused.MessageText} ({refused.SqlState}). Nothing of it was kept.", cause),
        _ => new($"The database cannot be reached to migrate it: {cause.Message} Check DATABASE_URL and that the server runs.", cause),
    };
}
