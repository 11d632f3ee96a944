using System.Collections.Concurrent;
using System.Threading.Channels;
using Convo.Core.Usage;

namespace Convo.Tests.Fakes;

/// <summary>The real recorder, and who waits for a bill hears of it.</summary>
internal sealed class RecordedUses : IUsageRecorder
{
    private readonly ConcurrentDictionary<Guid, Channel<LedgerEntry>> _byUser = new();

    public IUsageRecorder Inner { get; set; } = null!;

    public async Task RecordAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        await Inner.RecordAsync(entry, cancellationToken);
        Of(entry.UserId).Writer.TryWrite(entry);
    }

    /// <summary>The next bill of a person; each is handed out once.</summary>
    public ValueTask<LedgerEntry> NextAsync(Guid userId, CancellationToken cancellationToken) => Of(userId).Reader.ReadAsync(cancellationToken);

    private Channel<LedgerEntry> Of(Guid userId) => _byUser.GetOrAdd(userId, _ => Channel.CreateUnbounded<LedgerEntry>());
}
