using Convo.Core.Shared;
using Convo.Data.Migrations;

namespace Convo.Data.Health;

/// <summary>The database answers and has the schema of this build.</summary>
internal sealed class PostgresProbe(Db db) : IHealthProbe
{
    private const string CountMigrations = "SELECT count(*) FROM schema_migrations";

    public string Name => "postgresql";

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var done = await db.ScalarAsync<long>(CountMigrations, null, cancellationToken).ConfigureAwait(false);
        // More is fine: a newer node has migrated already, and its migrations keep older nodes working.
        if (done < MigrationScript.All.Count)
        {
            throw new InvalidOperationException($"{done} of {MigrationScript.All.Count} migrations are done.");
        }
    }
}
