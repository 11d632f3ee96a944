namespace Convo.Core.Usage;

/// <summary>Bills a use that no message stands for: a title, embeddings, a call through the OpenAI-compatible routes. A hold of that turn id ends with it.</summary>
public interface IUsageRecorder
{
    /// <summary>
    /// Writes the ledger and counts, once per turn id: a repeat changes nothing. When counting fails the ledger has the row all the same,
    /// and reconciliation brings the counters to it.
    /// </summary>
    Task RecordAsync(LedgerEntry entry, CancellationToken cancellationToken);
}
