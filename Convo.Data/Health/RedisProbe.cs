using Convo.Core.Shared;
using StackExchange.Redis;

namespace Convo.Data.Health;

internal sealed class RedisProbe(IConnectionMultiplexer redis) : IHealthProbe
{
    public string Name => "redis";

    public Task CheckAsync(CancellationToken cancellationToken) => redis.GetDatabase().PingAsync();
}
