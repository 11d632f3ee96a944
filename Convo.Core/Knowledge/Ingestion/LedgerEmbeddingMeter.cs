using Convo.Core.Models;
using Convo.Core.Usage;

namespace Convo.Core.Knowledge;

/// <summary>Bills embeddings to the file's owner. The built-in embedder runs here and costs nothing.</summary>
internal sealed class LedgerEmbeddingMeter(IUsageRecorder recorder, IModelCatalogue catalogue) : IEmbeddingMeter
{
    private const string BuiltInPrefix = "convo-";

    public Task RecordAsync(EmbeddingUse use, CancellationToken cancellationToken)
    {
        if (use.Model.StartsWith(BuiltInPrefix, StringComparison.Ordinal))
        {
            return Task.CompletedTask;
        }

        var (provider, model) = use.Model.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? (use.Model[..slash], use.Model[(slash + 1)..]) : ("embedding", use.Model);
        // Counted here: embedding answers carry no usage through the abstraction.
        return recorder.RecordAsync(
            new LedgerEntry(
                use.UseId, use.UserId, use.TeamId, null, use.ThreadId, null, UsageSource.Embedding, model, provider, use.Tokens, 0, 0, 0,
                catalogue.Find(use.Model)?.Prices, Estimated: true, use.At),
            cancellationToken);
    }
}
