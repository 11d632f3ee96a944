using System.Runtime.CompilerServices;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Core.Accounts;

/// <inheritdoc cref="IAuditLog"/>
internal sealed class AuditLogReader(IAuditRepository audit) : IAuditLog
{
    private const int MaxLimit = 200;
    private const int ExportPage = 1000;

    public async Task<Page<AuditLine>> ListAsync(Caller caller, AuditFilter filter, CancellationToken cancellationToken)
    {
        Check(caller, filter);
        var limit = filter.Limit is > 0 and <= MaxLimit ? filter.Limit : throw ConvoException.Invalid("limit", $"The limit is a number from 1 to {MaxLimit}.");
        var before = Cursor.Parse(string.IsNullOrEmpty(filter.Cursor) ? null : filter.Cursor);
        var found = await audit.ListAsync(filter, before, limit + 1, cancellationToken).ConfigureAwait(false);
        return found.Count > limit
            ? new([.. found.Take(limit)], PlaceOf(found[limit - 1]).ToString())
            : new(found, null);
    }

    public IAsyncEnumerable<AuditLine> ExportAsync(Caller caller, AuditFilter filter, CancellationToken cancellationToken)
    {
        // Refused before the first byte is sent, which an iterator would not do.
        Check(caller, filter);
        return ReadAsync(filter, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ActionsAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return audit.ActionsAsync(cancellationToken);
    }

    private async IAsyncEnumerable<AuditLine> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Cursor? before = null;
        IReadOnlyList<AuditLine> page;
        do
        {
            page = await audit.ListAsync(filter, before, ExportPage, cancellationToken).ConfigureAwait(false);
            foreach (var line in page)
            {
                yield return line;
                before = PlaceOf(line);
            }
        }
        while (page.Count == ExportPage);
    }

    private static Cursor PlaceOf(AuditLine line) => new(line.At, line.Id);

    private static void Check(Caller caller, AuditFilter filter)
    {
        caller.RequireAdmin();
        TurnValidation.CheckText(filter.Action, "action");
        TurnValidation.CheckText(filter.TargetId, "target_id");
        if (filter.From >= filter.To)
        {
            throw ConvoException.Invalid("to", "The end must be later than the beginning.");
        }
    }
}
