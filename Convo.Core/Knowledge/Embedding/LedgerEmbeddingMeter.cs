using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Core.Knowledge;

/// <inheritdoc cref="IEmbeddingMeter"/>
internal sealed class LedgerEmbeddingMeter(HeldUse held, IModelCatalogue catalogue, ITokenCounter counter, TimeProvider time) : IEmbeddingMeter
{
    public async Task<IReadOnlyList<float[]>> EmbedAsync(
        EmbeddingPayer payer, IEmbedder embedder, IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken cancellationToken)
    {
        if (embedder.Supplier is not { } supplier)
        {
            return await embedder.EmbedAsync(texts, purpose, cancellationToken).ConfigureAwait(false);
        }

        // Counted here: embedding answers carry no usage through the abstraction.
        var tokens = texts.Sum(counter.Count);
        var prices = catalogue.Find(embedder.ModelId)?.Prices;
        var caller = new Caller(payer.UserId, Role.Member, payer.TeamId, payer.ApiKeyId);
        var hold = await held.ReserveAsync(caller, new HoldRequest(time.NewId(), tokens, 0, 0, prices), cancellationToken).ConfigureAwait(false);
        LedgerEntry? bill = null;
        try
        {
            var vectors = await embedder.EmbedAsync(texts, purpose, cancellationToken).ConfigureAwait(false);
            bill = Bill();
            return vectors;
        }
        catch (OperationCanceledException)
        {
            // The provider has the texts and charges for them whether or not anybody waits for the vectors.
            bill = Bill();
            throw;
        }
        finally
        {
            await held.EndAsync(hold.TurnId, bill).ConfigureAwait(false);
        }

        LedgerEntry Bill() => new(
            hold.TurnId, payer.UserId, payer.TeamId, payer.ApiKeyId, payer.ThreadId, null, payer.Source, supplier.Model, supplier.Provider,
            tokens, 0, 0, 0, prices, Estimated: true, hold.At);
    }
}
