using StackExchange.Redis;

namespace Convo.Data;

/// <summary>
/// The only place that spells a Redis key: one method per kind of key, each beginning with the installation's prefix.
/// Keys that one script touches together carry the same hash tag, so that Redis Cluster keeps them on one node.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    public const string DefaultPrefix = "convo:";

    /// <summary>Pub/sub ignores Redis's databases, so channels carry the prefix as well.</summary>
    public RedisChannel Channel(string name) => RedisChannel.Literal(Prefixed(name));

    private string Prefixed(string name) => prefix + name;
}
