using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Logging;

namespace Convo.Data.Usage;

internal sealed partial class UsageRecorder(Db db, RedisBudgetGate gate, TimeProvider time, ILogger<UsageRecorder> logger) : IUsageRecorder
{
    public async Task RecordAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var recordedIn = await db.InTransactionAsync(
            session => LedgerSql.InsertAsync(session, entry, time, cancellationToken), cancellationToken).ConfigureAwait(false);
        try
        {
            await gate.SettleAsync(entry, recordedIn ?? "", cancellationToken).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unavailable)
        {
            LogUncounted(e, entry.TurnId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Use {TurnId} is in the ledger and could not be counted; reconciliation will do it")]
    private partial void LogUncounted(Exception exception, Guid turnId);
}
