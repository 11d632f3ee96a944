namespace Convo.Tests.Fixtures;

public sealed class FixtureTests
{
    [Fact]
    public async Task TestDatabase_TwoAtOnce_HaveTheSchemaAndDoNotSeeEachOther()
    {
        await using var first = await TestDatabase.CreateAsync();
        await using var second = await TestDatabase.CreateAsync();
        var token = TestContext.Current.CancellationToken;

        await first.Db.ExecuteAsync("CREATE TABLE only_here (id integer)", null, token);

        Assert.True(await first.Db.ScalarAsync<bool>("SELECT to_regclass('only_here') IS NOT NULL", null, token));
        Assert.False(await second.Db.ScalarAsync<bool>("SELECT to_regclass('only_here') IS NOT NULL", null, token));
        Assert.True(await second.Db.ScalarAsync<bool>("SELECT to_regclass('schema_migrations') IS NOT NULL", null, token));
    }

    [Fact]
    public async Task TestRedis_TwoAtOnce_HaveTheirOwnKeys()
    {
        var first = await TestRedis.CreateAsync();
        var second = await TestRedis.CreateAsync();

        await first.Database.StringSetAsync(first.Prefix + "a", "1");

        Assert.NotEqual(first.Prefix, second.Prefix);
        Assert.Equal("1", await second.Database.StringGetAsync(first.Prefix + "a"));
        Assert.False(await second.Database.KeyExistsAsync(second.Prefix + "a"));
    }
}
