using Convo.Core.Shared;
using Convo.Data.Migrations;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Convo.Tests.Data.Migrations;

public sealed class MigratorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Scripts_Names_AreContiguousVerbsAndNouns()
    {
        Assert.NotEmpty(MigrationScript.All);
        Assert.Empty(MigrationNames.Check([.. MigrationScript.All.Select(script => script.Name)]));
    }

    [Theory]
    [InlineData("0001_create_a", "0003_create_b")]
    [InlineData("0001_create_a", "0001_create_b")]
    [InlineData("0001_create_a", "0002_Create_b")]
    [InlineData("0001_create_a", "2_create_b")]
    [InlineData("0001_create_a", "0002_create")]
    public void Check_OneWrongName_NamesIt(string right, string wrong)
    {
        var fault = Assert.Single(MigrationNames.Check([right, wrong]));

        Assert.Contains(wrong, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TwoAtOnceOnAnEmptyDatabase_BothSucceedAndEachScriptRunsOnce()
    {
        await using var database = await TestDatabase.CreateWithoutSchemaAsync();

        var runs = await Task.WhenAll(
            Migrator.RunAsync(database.ConnectionString, NullLoggerFactory.Instance, Token),
            Migrator.RunAsync(database.ConnectionString, NullLoggerFactory.Instance, Token));

        Assert.Equal(MigrationScript.All.Select(script => script.Name), runs.SelectMany(names => names).Order(StringComparer.Ordinal));
        Assert.Equal(
            MigrationScript.All.Select(script => script.Name),
            await database.Db.QueryAsync<string>("SELECT scriptname FROM schema_migrations ORDER BY scriptname", null, Token));
    }

    [Fact]
    public async Task RunAsync_UpToDateDatabase_RunsNothing()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Empty(await Migrator.RunAsync(database.ConnectionString, NullLoggerFactory.Instance, Token));
    }

    [Fact]
    public async Task RunAsync_RoleMayNotCreateExtensions_SaysWhatToRun()
    {
        await using var database = await TestDatabase.CreateWithoutSchemaAsync();
        var role = "role_" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("n");
        await database.Db.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'secret'", null, Token);
        try
        {
            await database.Db.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO {role}; GRANT CREATE ON SCHEMA public TO {role}", null, Token);
            var asRole = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "secret" };

            var failure = await Assert.ThrowsAsync<ConvoStartupException>(() => Migrator.RunAsync(asRole.ConnectionString, Token));

            Assert.Contains("CREATE EXTENSION vector", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            await database.Db.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}", null, CancellationToken.None);
        }
    }

    [Fact]
    public async Task RunAsync_NoServer_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<ConvoStartupException>(
            () => Migrator.RunAsync("Host=127.0.0.1;Port=1;Database=x;Username=x;Password=secret", Token));

        Assert.Contains("DATABASE_URL", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }
}
