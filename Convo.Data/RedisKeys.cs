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

    /// <summary>List: the events of one turn, the n-th has seq n.</summary>
    public RedisKey TurnLog(Guid turnId) => Prefixed($"turn:{{{turnId:N}}}:log");

    /// <summary>String: who may append to the log; a reaper puts its own id here.</summary>
    public RedisKey TurnWriter(Guid turnId) => Prefixed($"turn:{{{turnId:N}}}:writer");

    /// <summary>Announces that a turn's log has grown.</summary>
    public RedisChannel TurnChanged(Guid turnId) => Channel($"turn:{turnId:N}");

    /// <summary>Carries the ids of turns that their readers stopped, to every node.</summary>
    public RedisChannel TurnStops() => Channel("turn-stops");

    /// <summary>Announces that a file's state changed.</summary>
    public RedisChannel AttachmentChanged(Guid attachmentId) => Channel($"attachment:{attachmentId:N}");

    private string Prefixed(string name) => prefix + name;
}
