using System.Globalization;
using Convo.Data;
using StackExchange.Redis;

namespace Convo.Tests.Fixtures;

/// <summary>
/// This test's own corner of the run's Redis: a prefix nobody else uses. Nothing is cleaned up, because the next run begins empty.
/// <code>var redis = await TestRedis.CreateAsync();
/// var log = new RedisTurnLog(redis.Connection, redis.Keys, …);</code>
/// </summary>
internal sealed class TestRedis
{
    private static int _count;

    private TestRedis(TestServers servers)
    {
        Connection = servers.Redis;
        ConnectionString = servers.RedisConnectionString;
        Prefix = $"test{Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture)}:";
        Keys = new RedisKeys(Prefix);
    }

    /// <summary>Shared by all tests; never dispose it.</summary>
    public IConnectionMultiplexer Connection { get; }

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>In StackExchange.Redis's form, for what connects by itself (a whole Convo). Give it <see cref="Prefix"/> as well.</summary>
    public string ConnectionString { get; }

    public string Prefix { get; }

    public RedisKeys Keys { get; }

    public static async Task<TestRedis> CreateAsync() => new(await TestServers.GetAsync());
}
