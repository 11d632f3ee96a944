using System.Runtime.Versioning;
using Convo.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Convo.Tests.Data.Embedded;

/// <summary>PostgreSQL under root and under an ordinary user. What needs root to be shown is skipped, visibly, without it.</summary>
[SupportedOSPlatform("linux")]
public sealed class PostgresAccountTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("convo-account-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static void SkipUnlessRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can act as other users.");

    private static async Task<string> CurrentUserAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT current_user::text");
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    [Fact]
    public async Task StartAsync_RootBelowAClosedFolder_Starts()
    {
        SkipUnlessRoot();
        var closed = Directory.CreateDirectory(Path.Combine(_directory, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new ConvoDataOptions { DataDirectory = Path.Combine(closed.FullName, "data"), Disposable = true };

        await using (var first = await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, Token))
        {
            Assert.Equal("convo", await CurrentUserAsync(first.DatabaseConnectionString));
        }

        await using var second = await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, Token);
        Assert.Equal("convo", await CurrentUserAsync(second.DatabaseConnectionString));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(closed.FullName));
    }

    [Fact]
    public async Task StartAsync_RootWithoutTheCapabilityToPass_NamesTheClosedFolder()
    {
        SkipUnlessRoot();
        var closed = Directory.CreateDirectory(Path.Combine(_directory, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServingConvo.StartAsync(Path.Combine(closed.FullName, "data"), "setpriv", "--bounding-set=-dac_read_search"));

        Assert.Contains($"may not pass through {_directory}.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CONVO_DATA_DIR", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_OrdinaryUser_StartsAndRootCanTakeTheFolderOver()
    {
        SkipUnlessRoot();
        string[] nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
        Assert.SkipUnless((await ChildProcess.RunAsync([.. nobody, "stat", AppContext.BaseDirectory], Token)).Ok, "This checkout is not readable for other users.");
        await ChildProcess.RunAsync(["chown", "nobody:nogroup", _directory], Token);

        await using (var ordinary = await ServingConvo.StartAsync(_directory, nobody))
        {
            Assert.Equal("convo", await CurrentUserAsync(ordinary.DatabaseConnectionString));
        }

        await using var asRoot = await EmbeddedServices.StartAsync(new ConvoDataOptions { DataDirectory = _directory }, NullLoggerFactory.Instance, Token);
        Assert.Equal("convo", await CurrentUserAsync(asRoot.DatabaseConnectionString));
    }
}
