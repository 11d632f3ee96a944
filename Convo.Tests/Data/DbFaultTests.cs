using System.Data;
using Convo.Core.Shared;
using Convo.Data;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Convo.Tests.Data;

/// <summary>What a PostgreSQL restart, a deadlock or a missing server look like to a caller of Db.</summary>
public sealed class DbFaultTests
{
    private const int Connections = 10;
    private const string CreateCounter = "CREATE TABLE counters (id integer PRIMARY KEY, value integer NOT NULL)";
    private const string InsertCounters = "INSERT INTO counters (id, value) VALUES (1, 0), (2, 0)";
    private const string Increment = "UPDATE counters SET value = value + 1 WHERE id = @id";
    private const string IncrementReturning = "UPDATE counters SET value = value + 1 WHERE id = 1 RETURNING value";
    private const string Value = "SELECT value FROM counters WHERE id = 1";
    private const string TerminateOthers = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = @database AND pid <> pg_backend_pid()";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<TestDatabase> CreateDatabaseAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await database.Db.ExecuteAsync(CreateCounter, null, Token);
        await database.Db.ExecuteAsync(InsertCounters, null, Token);
        return database;
    }

    /// <summary>Fills the pool with idle connections and ends them all at the server, as a restart does.</summary>
    private static async Task MakePoolStaleAsync(TestDatabase database)
    {
        var connections = new List<NpgsqlConnection>();
        for (var i = 0; i < Connections; i++)
        {
            connections.Add(await database.DataSource.OpenConnectionAsync(Token));
        }

        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await using var killer = NpgsqlDataSource.Create(database.ConnectionString);
        var terminated = await new Db(killer, NullLogger<Db>.Instance).ScalarAsync<long>(TerminateOthers, new { database = database.Name }, Token);
        Assert.InRange(terminated, Connections, Connections + 1);
    }

    [Fact]
    public async Task QueryAsync_EveryPooledConnectionStale_NoFailureSurfaces()
    {
        await using var database = await CreateDatabaseAsync();
        await MakePoolStaleAsync(database);

        var values = await Task.WhenAll(Enumerable.Range(0, Connections * 2).Select(_ => database.Db.ScalarAsync<int>(Value, null, Token)));

        Assert.All(values, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task ExecuteAsync_EveryPooledConnectionStale_EachWriteHappensOnce()
    {
        await using var database = await CreateDatabaseAsync();
        await MakePoolStaleAsync(database);

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => database.Db.ExecuteAsync(Increment, new { id = 1 }, Token)));
        await MakePoolStaleAsync(database);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => database.Db.ScalarAsync<int>(IncrementReturning, null, Token)));

        Assert.Equal(Connections * 2, await database.Db.ScalarAsync<int>(Value, null, Token));
    }

    [Fact]
    public async Task InTransactionAsync_EveryPooledConnectionStale_EachTransactionHappensOnce()
    {
        await using var database = await CreateDatabaseAsync();
        await MakePoolStaleAsync(database);

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => database.Db.InTransactionAsync(
            session => session.ExecuteAsync(Increment, new { id = 1 }, Token), Token)));

        Assert.Equal(Connections, await database.Db.ScalarAsync<int>(Value, null, Token));
    }

    [Fact]
    public async Task InTransactionAsync_Deadlock_RepeatsTheVictim()
    {
        await using var database = await CreateDatabaseAsync();
        using var bothHoldOne = new Barrier(2);
        var runs = 0;

        Task Transfer(int from, int to) => Task.Run(() => database.Db.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync(Increment, new { id = from }, Token);
                if (Interlocked.Increment(ref runs) <= 2)
                {
                    Assert.True(bothHoldOne.SignalAndWait(TimeSpan.FromSeconds(30), Token));
                }

                await session.ExecuteAsync(Increment, new { id = to }, Token);
            },
            Token));
        await Task.WhenAll(Transfer(1, 2), Transfer(2, 1));

        // The victim may be one twice when its second run comes before the other's commit.
        Assert.InRange(runs, 3, 5);
        Assert.Equal(2, await database.Db.ScalarAsync<int>(Value, null, Token));
    }

    [Fact]
    public async Task InTransactionAsync_SerializationFailure_RepeatsUntilItCommits()
    {
        await using var database = await CreateDatabaseAsync();
        var interfered = false;

        await database.Db.InTransactionAsync(
            async session =>
            {
                var value = await session.ScalarAsync<int>(Value, null, Token);
                if (!interfered)
                {
                    interfered = true;
                    await database.Db.ExecuteAsync(Increment, new { id = 1 }, Token);
                }

                await session.ExecuteAsync("UPDATE counters SET value = @value WHERE id = 1", new { value = value + 10 }, Token);
            },
            Token,
            IsolationLevel.RepeatableRead);

        Assert.Equal(11, await database.Db.ScalarAsync<int>(Value, null, Token));
    }

    [Fact]
    public async Task InTransactionAsync_WorkFails_KeepsNothing()
    {
        await using var database = await CreateDatabaseAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Db.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync(Increment, new { id = 1 }, Token);
                throw new InvalidOperationException();
            },
            Token));

        Assert.Equal(0, await database.Db.ScalarAsync<int>(Value, null, Token));
    }

    [Fact]
    public async Task ScalarAsync_NoServer_SaysUnavailable()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Database=x;Username=x;Password=x");

        var failure = await Assert.ThrowsAsync<ConvoException>(() => new Db(nowhere, NullLogger<Db>.Instance).ScalarAsync<int>("SELECT 1", null, Token));

        Assert.Equal((ProblemKind.Unavailable, "database_unavailable"), (failure.Kind, failure.Code));
    }

    [Fact]
    public async Task ExecuteAsync_ViolatedConstraint_SurfacesAsItIs()
    {
        await using var database = await CreateDatabaseAsync();

        var failure = await Assert.ThrowsAsync<PostgresException>(() => database.Db.ExecuteAsync(InsertCounters, null, Token));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, failure.SqlState);
    }

    [Fact]
    public async Task ScalarAsync_Cancelled_IsCancellation()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var cancelled = new CancellationTokenSource();
        var slow = database.Db.ScalarAsync<string>("SELECT pg_sleep(60)::text", null, cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
    }

    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("  WITH a AS (SELECT 1) SELECT * FROM a", true)]
    [InlineData("WITH a AS (DELETE FROM t RETURNING id) SELECT id FROM a", false)]
    [InlineData("SELECT nextval('s')", false)]
    [InlineData("INSERT INTO t SELECT 1", false)]
    [InlineData("UPDATE t SET a = 1", false)]
    public void Statement_Of_KnowsWhatOnlyReads(string sql, bool readsOnly) => Assert.Equal(readsOnly, Statement.Of(sql, "/x/Y.cs", "Z").Repeatable);
}
