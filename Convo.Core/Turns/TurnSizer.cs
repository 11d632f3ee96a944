using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>What a turn has to hold: the same figures decide and are shown before a message is sent.</summary>
internal sealed class TurnSizer(IRetriever retriever, PromptBuilder prompts, IOptions<TurnOptions> options)
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
        return new TurnSize(input, output, Math.Min(options.Value.MinimumOutputTokens, output), model.Prices);
    }
}

/// <param name="Input">Upper estimate of the prompt in tokens.</param>
/// <param name="Output">The most that the answer may have.</param>
/// <param name="Minimum">The least that is of use.</param>
internal sealed record TurnSize(int Input, int Output, int Minimum, ModelPrices? Prices)
{
    public HoldRequest HoldFor(Guid turnId) => new(turnId, Input, Output, Minimum, Prices);
}
