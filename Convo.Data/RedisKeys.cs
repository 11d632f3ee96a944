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

    /// <summary>
    /// Every key of budgets shares one slot: a reservation decides over organisation, team, person and key in one script, or not at all.
    /// </summary>
    public RedisKey BudgetTurn(Guid turnId) => $"{{{prefix}budget}}:turn:{turnId:N}";

    /// <summary>String: replaced with every change of a limit, so that no node decides by an old one.</summary>
    public RedisKey BudgetLimits() => $"{{{prefix}budget}}:limits";

    /// <param name="account">Scope, id, window and period, such as <c>user:…:day:2026-11-22</c>.</param>
    public BudgetKeys Budget(string account) => new(
        $"{{{prefix}budget}}:{account}", $"{{{prefix}budget}}:{account}:holds", $"{{{prefix}budget}}:{account}:rebuild");

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

    /// <summary>Announces that the catalogue of models was changed.</summary>
    public RedisChannel ModelsChanged() => Channel("models");

    private string Prefixed(string name) => prefix + name;
}

/// <param name="Counter">Hash: used and held figures, each hold's amounts, the snapshot the figures were built from.</param>
/// <param name="Holds">Sorted set: turn ids by the millisecond their hold expires.</param>
/// <param name="Rebuild">Hash, only while the counter is being rebuilt: what was settled meanwhile.</param>
internal readonly record struct BudgetKeys(RedisKey Counter, RedisKey Holds, RedisKey Rebuild);
