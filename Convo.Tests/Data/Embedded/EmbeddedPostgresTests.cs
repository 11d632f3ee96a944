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
        await using var server = await EmbeddedPostgres.StartAsync(directory, EmbeddedSecrets.Create(), disposable: false, NullLogger<EmbeddedPostgres>.Instance, Token);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using (var create = source.CreateCommand("CREATE TABLE kept AS SELECT 1 AS value"))
        {
            await create.ExecuteNonQueryAsync(Token);
        }

        var pid = int.Parse((await File.ReadAllLinesAsync(Path.Combine(_directory, "postgres", "postmaster.pid"), Token))[0], CultureInfo.InvariantCulture);
        using (var postmaster = Process.GetProcessById(pid))
        {
            postmaster.Kill();
        }

        while (PostgresCluster.IsRunning(pid))
        {
            await Task.Yield();
        }

        await server.ReviveAsync(Token);

        // The pool's old connection is of no use; a new source stands for a caller that asks again.
        await using var fresh = NpgsqlDataSource.Create(server.ConnectionString);
        await using var read = fresh.CreateCommand("SELECT value FROM kept");
        Assert.Equal(1, await read.ExecuteScalarAsync(Token));
    }
}
