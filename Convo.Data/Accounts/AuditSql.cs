using System.Text.Json;
using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

/// <summary>Writes an audit line in the transaction of the change it tells of, so that neither stands alone.</summary>
internal static class AuditSql
{
    private const string Insert = """
        INSERT INTO audit_log (id, at, actor_id, action, target_type, target_id, reason, details)
        VALUES (@Id, @At, @ActorId, @Action, @TargetType, @TargetId, @Reason, @Details::jsonb)
        """;

    public static Task WriteAuditAsync(this DbSession session, AuditEntry entry, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            Insert,
            new
            {
                entry.Id,
                entry.At,
                entry.ActorId,
                entry.Action,
                entry.TargetType,
                entry.TargetId,
                entry.Reason,
                Details = entry.Details is null ? "{}" : JsonSerializer.Serialize(entry.Details),
            },
            cancellationToken);
}
