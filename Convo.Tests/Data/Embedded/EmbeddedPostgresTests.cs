using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Convo.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Convo.Tests.Data.Embedded;

[SupportedOSPlatform("linux")]
public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("convo-revive-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task ReviveAsync_ServerKilled_StartsItAgainOnTheSamePort()
    {
        using var directory = DataDirectory.Open(_directory);
        await using var server = await EmbeddedPostgres.StartAsync(directory, EmbeddedSecrets.Create(), disposable: true, NullLogger<EmbeddedPostgres>.Instance, Token);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using (var create = source.CreateCommand("CREATE TABLE kept AS SELECT 1 AS value"))
        {
            await create.ExecuteNonQueryAsync(Token);
        }

        using (var postmaster = Process.GetProcessById(int.Parse((await File.ReadAllLinesAsync(Path.Combine(_directory, "postgres", "postmaster.pid"), Token))[0], CultureInfo.InvariantCulture)))
        {
            postmaster.Kill();
        }

        // The watch may have noticed on its own by now; either way a server is there afterwards.
        while (true)
        {
            await server.ReviveAsync(Token);
            try
            {
                await using var read = source.CreateCommand("SELECT value FROM kept");
                Assert.Equal(1, await read.ExecuteScalarAsync(Token));
                return;
            }
            catch (NpgsqlException)
            {
                // The killed process is not reaped yet, or a pooled connection was stale.
            }
        }
    }
}
