using Convo.Core.Models;

namespace Convo.Core.Usage;

/// <summary>What a provider was called for.</summary>
public enum UsageSource
{
    /// <summary>An answer in the browser.</summary>
    Chat,
    Title,
    /// <summary>A follow-up question made self-contained for the search.</summary>
    Rewrite,
    /// <summary>Vectors of files and of questions.</summary>
    Embedding,
    /// <summary>An answer, or anything else, that a program asked for with an API key.</summary>
    Api,
}

public static class UsageSources
{
    /// <summary>What an answer counts as.</summary>
    public static UsageSource OfAnswer(Guid? apiKeyId) => apiKeyId is null ? UsageSource.Chat : UsageSource.Api;
}

/// <summary>One use of a provider, append-only, once per turn id.</summary>
/// <param name="OccurredAt">When the tokens were reserved (<see cref="Hold.At"/>): the window they count in.</param>
/// <param name="Prices">The prices of that day; null when not known.</param>
public sealed record LedgerEntry(
    Guid TurnId,
    Guid UserId,
    Guid? TeamId,
    Guid? ApiKeyId,
    Guid? ThreadId,
    Guid? MessageId,
    UsageSource Source,
    string Model,
    string Provider,
    int InputTokens,
    int CachedInputTokens,
    int OutputTokens,
    int ReasoningTokens,
    ModelPrices? Prices,
    bool Estimated,
    DateTimeOffset OccurredAt)
{
    /// <summary>US dollars; null when the price is not known.</summary>
    public decimal? Cost => Prices?.CostOf(InputTokens, CachedInputTokens, OutputTokens);

    public int TotalTokens => InputTokens + OutputTokens;
}
