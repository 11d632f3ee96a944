using System.Runtime.Versioning;
using Npgsql;

namespace Convo.Data.Embedded;

/// <summary>Convo's database on its embedded server.</summary>
[SupportedOSPlatform("linux")]
internal static class EmbeddedDatabase
{
    private const string Name = "convo";
    private const string CountDatabase = "SELECT count(*) FROM pg_database WHERE datname = 'convo'";
    private const string CreateDatabase = "CREATE DATABASE convo";

    public static string ConnectionString(int port, string password) => ConnectionStringTo(Name, port, password);

    private static string ConnectionStringTo(string database, int port, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresCluster.Role,
        Password = password,
        Database = database,
        // The server knows neither; asking costs a round trip per connection.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        MaxPoolSize = 80,
    }.ConnectionString;

    /// <summary>Creates it when it is missing, which is also after a start that was interrupted between initdb and here.</summary>
    public static async Task EnsureAsync(int port, string password, CancellationToken cancellationToken)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(ConnectionStringTo("postgres", port, password)) { Pooling = false }.ConnectionString;
        var connection = new NpgsqlConnection(unpooled);
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var count = new NpgsqlCommand(CountDatabase, connection);
        await using (count.ConfigureAwait(false))
        {
            if (await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not 0L)
            {
                return;
            }
        }

        var create = new NpgsqlCommand(CreateDatabase, connection);
        await using (create.ConfigureAwait(false))
        {
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
