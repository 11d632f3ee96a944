using System.Text.Json;
using Convo.Data;
using Convo.Data.TypeHandlers;
using Convo.Tests.Fixtures;
using Pgvector;

namespace Convo.Tests.Data;

public sealed class DbMappingTests
{
    internal enum Shade
    {
        Light,
        VeryDark,
    }

    internal sealed record Sample(
        Guid Id,
        Shade Shade,
        Shade? OtherShade,
        DateTimeOffset CreatedAt,
        DateTimeOffset? EditedAt,
        DateOnly Day,
        decimal Cost,
        long Count,
        string[] Tags,
        IReadOnlyList<Guid> Links,
        JsonElement Extra,
        Vector Embedding,
        SparseVector Terms,
        byte[] Bytes);

    private const string CreateSamples = """
        CREATE TABLE samples (
            id uuid, shade text, other_shade text, created_at timestamptz, edited_at timestamptz, day date, cost numeric, count bigint,
            tags text[], links uuid[], extra jsonb, embedding vector, terms sparsevec, bytes bytea)
        """;

    private const string InsertSample = """
        INSERT INTO samples (id, shade, other_shade, created_at, edited_at, day, cost, count, tags, links, extra, embedding, terms, bytes)
        VALUES (@Id, @Shade, @OtherShade, @CreatedAt, @EditedAt, @Day, @Cost, @Count, @Tags, @Links, @Extra, @Embedding, @Terms, @Bytes)
        """;

    private const string SelectSample = """
        SELECT id, shade, other_shade, created_at, edited_at, day, cost, count, tags, links, extra, embedding, terms, bytes
        FROM samples
        WHERE id = @id
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Sample FullSample(Shade? other = Shade.VeryDark, DateTimeOffset? edited = null) => new(
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Shade.VeryDark, other,
        new DateTimeOffset(2026, 3, 29, 3, 30, 0, TimeSpan.FromHours(2)), edited, new DateOnly(2026, 3, 29), 0.000123m, long.MaxValue,
        ["a", "b,c"], [Guid.Empty], JsonSerializer.SerializeToElement(new { n = 1 }),
        new Vector(new[] { 1f, -2.5f }), new SparseVector("{1:1.5,7:-2}/9"), [0, 255]);

    private static async Task<TestDatabase> CreateDatabaseAsync()
    {
        DapperSetup.AddEnums(typeof(Shade));
        var database = await TestDatabase.CreateAsync();
        await database.Db.ExecuteAsync(CreateSamples, null, Token);
        return database;
    }

    [Fact]
    public async Task QueryAsync_RecordOfEveryType_ReadsWhatWasWritten()
    {
        await using var database = await CreateDatabaseAsync();
        var written = FullSample(edited: new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(-7)));

        await database.Db.ExecuteAsync(InsertSample, written, Token);
        var read = Assert.Single(await database.Db.QueryAsync<Sample>(SelectSample, new { id = written.Id }, Token));

        Assert.Equal(written.CreatedAt, read.CreatedAt);
        Assert.Equal(TimeSpan.Zero, read.CreatedAt.Offset);
        Assert.Equal(written.EditedAt, read.EditedAt);
        Assert.Equal((written.Shade, written.OtherShade, written.Day, written.Cost, written.Count), (read.Shade, read.OtherShade, read.Day, read.Cost, read.Count));
        Assert.Equal(written.Tags, read.Tags);
        Assert.Equal(written.Links, read.Links);
        Assert.Equal(1, read.Extra.GetProperty("n").GetInt32());
        Assert.Equal(written.Embedding, read.Embedding);
        Assert.Equal(written.Terms, read.Terms);
        Assert.Equal(written.Bytes, read.Bytes);
    }

    [Fact]
    public async Task QueryAsync_NullsInNullableMembers_ReadsNulls()
    {
        await using var database = await CreateDatabaseAsync();
        var written = FullSample(other: null);

        await database.Db.ExecuteAsync(InsertSample, written, Token);
        var read = await database.Db.QuerySingleOrDefaultAsync<Sample>(SelectSample, new { id = written.Id }, Token);

        Assert.NotNull(read);
        Assert.Null(read.OtherShade);
        Assert.Null(read.EditedAt);
    }

    [Fact]
    public async Task ExecuteAsync_Enum_IsStoredInLowerSnakeCase()
    {
        await using var database = await CreateDatabaseAsync();

        await database.Db.ExecuteAsync(InsertSample, FullSample(), Token);

        Assert.Equal("very_dark", await database.Db.ScalarAsync<string>("SELECT shade FROM samples", null, Token));
        Assert.Equal(Shade.VeryDark, await database.Db.ScalarAsync<Shade>("SELECT shade FROM samples", null, Token));
        Assert.Equal([Shade.VeryDark], await database.Db.QueryAsync<Shade>("SELECT shade FROM samples", null, Token));
        Assert.Equal([Shade.VeryDark], await database.Db.QueryAsync<Shade?>("SELECT other_shade FROM samples", null, Token));
    }

    [Fact]
    public async Task QueryAsync_ArraysAsParameters_MatchWithAny()
    {
        await using var database = await CreateDatabaseAsync();
        var sample = FullSample();
        await database.Db.ExecuteAsync(InsertSample, sample, Token);

        const string Count = "SELECT count(*) FROM samples WHERE id = ANY(@ids) AND shade = ANY(@shades)";

        Assert.Equal(1, await database.Db.ScalarAsync<long>(Count, new { ids = new[] { sample.Id }, shades = EnumText.Names([Shade.VeryDark]) }, Token));
        Assert.Equal(1, await database.Db.ScalarAsync<long>(Count, new { ids = new List<Guid> { sample.Id }, shades = EnumText.Names([Shade.VeryDark]) }, Token));
        Assert.Equal(0, await database.Db.ScalarAsync<long>(Count, new { ids = Array.Empty<Guid>(), shades = EnumText.Names([Shade.VeryDark]) }, Token));
    }

    [Fact]
    public async Task QueryAsync_UnknownEnumText_FailsNamingTheChoices()
    {
        await using var database = await CreateDatabaseAsync();
        await database.Db.ExecuteAsync(InsertSample, FullSample(), Token);
        await database.Db.ExecuteAsync("UPDATE samples SET shade = 'pink'", null, Token);

        var failure = await Assert.ThrowsAnyAsync<System.Data.DataException>(() => database.Db.QueryAsync<Shade>("SELECT shade FROM samples", null, Token));

        Assert.Contains("light, very_dark", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScalarAsync_Timestamp_ReadsDateTimeOffset()
    {
        await using var database = await CreateDatabaseAsync();
        var written = FullSample();
        await database.Db.ExecuteAsync(InsertSample, written, Token);

        Assert.Equal(written.CreatedAt, await database.Db.ScalarAsync<DateTimeOffset>("SELECT created_at FROM samples", null, Token));
        Assert.Null(await database.Db.ScalarAsync<DateTimeOffset?>("SELECT edited_at FROM samples", null, Token));
        Assert.Equal([written.CreatedAt], await database.Db.QueryAsync<DateTimeOffset>("SELECT created_at FROM samples", null, Token));
    }

    [Fact]
    public async Task ScalarAsync_AnyStatement_CarriesTheCallersName()
    {
        await using var database = await TestDatabase.CreateAsync();
        const string OwnStatement = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()";

        var query = await database.Db.ScalarAsync<string>(OwnStatement, null, Token);

        Assert.StartsWith("/* DbMappingTests.ScalarAsync_AnyStatement_CarriesTheCallersName */ SELECT", query, StringComparison.Ordinal);
    }
}
