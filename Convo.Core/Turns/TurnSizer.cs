using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>What a turn has to hold: the same figures decide and are shown before a message is sent.</summary>
internal sealed class TurnSizer(IRetriever retriever, PromptBuilder prompts, IModelCatalogue catalogue, IOptions<TurnOptions> options)
{
    /// <param name="scope">What would be searched for the answer.</param>
    /// <param name="maxOutputTokens">What the caller asked for; null for the usual.</param>
    /// <param name="pictureTokens">Of the pictures that come with the message.</param>
    public async Task<TurnSize> MeasureAsync(
        Caller caller, RetrievalScope scope, string? systemPrompt, IReadOnlyList<Message> history, string content, ModelInfo model, int? maxOutputTokens,
        int pictureTokens, CancellationToken cancellationToken)
    {
        var passages = Math.Min(options.Value.RetrievalTokenBudget, await retriever.MaxTokensAsync(caller, scope, cancellationToken).ConfigureAwait(false));
        var input = Math.Min(prompts.Estimate(systemPrompt, history, content, passages) + pictureTokens, model.ContextWindow);
        var output = Math.Min(maxOutputTokens ?? options.Value.DefaultMaxOutputTokens, model.MaxOutputTokens);
        return new TurnSize(input, output, Math.Min(options.Value.MinimumOutputTokens, output), Dearest([model, .. catalogue.FallbacksFor(caller, model)]));
    }

    /// <summary>Another model may answer when this one fails: the hold covers whichever costs most.</summary>
    internal static ModelPrices? Dearest(IEnumerable<ModelInfo> models) => models.Select(model => model.Prices).OfType<ModelPrices>().ToList() is { Count: > 0 } known
        ? new ModelPrices(known.Max(prices => prices.Input), known.Max(prices => prices.CachedInput), known.Max(prices => prices.Output))
        : null;
}

/// <param name="Input">Upper estimate of the prompt in tokens.</param>
/// <param name="Output">The most that the answer may have.</param>
/// <param name="Minimum">The least that is of use.</param>
/// <param name="Prices">What is held in money; null when no price is known.</param>
internal sealed record TurnSize(int Input, int Output, int Minimum, ModelPrices? Prices)
{
    public HoldRequest HoldFor(Guid turnId) => new(turnId, Input, Output, Minimum, Prices);
}
