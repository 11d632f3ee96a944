using Convo.Data.Connections;
using Convo.Tests.Fixtures;
using StackExchange.Redis;

namespace Convo.Tests.Data.Embedded;

/// <summary>What Convo relies on in Redis and Garnet could do differently.</summary>
public sealed class EmbeddedGarnetTests
{
    private const string ReadThenWrite = """
        local value = tonumber(redis.call('GET', KEYS[1]) or '0')
        redis.call('SET', KEYS[1], value + 1)
        redis.call('RPUSH', KEYS[2], value)
        return value
        """;

    [Fact]
    public async Task Script_RacingOnManyConnections_IsAtomic()
    {
        const int Clients = 6, Calls = 100;
        var shared = await TestRedis.CreateAsync();
        RedisKey[] keys = [shared.Prefix + "{a}:counter", shared.Prefix + "{a}:seen"];

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            // Garnet serves each connection by a thread of its own, so only several connections can race.
            var patient = RedisUrl.Options(shared.ConnectionString);
            patient.AsyncTimeout = 60_000;
            await using var redis = await ConnectionMultiplexer.ConnectAsync(patient);
            for (var i = 0; i < Calls; i++)
            {
                await redis.GetDatabase().ScriptEvaluateAsync(ReadThenWrite, keys);
            }
        }));

        Assert.Equal(Clients * Calls, (int)await shared.Database.StringGetAsync(keys[0]));
        Assert.Equal(Enumerable.Range(0, Clients * Calls), (await shared.Database.ListRangeAsync(keys[1])).Select(value => (int)value));
    }

    [Fact]
    public async Task Connect_WithoutThePassword_IsRefused()
    {
        var shared = await TestRedis.CreateAsync();
        var options = RedisUrl.Options(shared.ConnectionString);
        options.Password = "wrong";

        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);

        await Assert.ThrowsAnyAsync<RedisException>(() => redis.GetDatabase().StringGetAsync("x"));
    }

    [Fact]
    public async Task Subscribe_MessagePublished_Arrives()
    {
        var redis = await TestRedis.CreateAsync();
        var arrived = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await redis.Connection.GetSubscriber().SubscribeAsync(redis.Keys.Channel("news"), (_, message) => arrived.TrySetResult(message));

        await redis.Connection.GetSubscriber().PublishAsync(redis.Keys.Channel("news"), "hello");

        Assert.Equal("hello", await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }
}
