namespace Convo.Core.Models;

/// <summary>A model people may choose.</summary>
/// <param name="Id">The provider's name of the model, such as <c>gpt-4o-mini</c>.</param>
/// <param name="Provider">Stable id of the provider, such as <c>openai</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="ContextWindow">Tokens of prompt and answer together.</param>
/// <param name="Prices">Null when not known: tokens are counted, cost is shown as "–".</param>
public sealed record ModelInfo(
    string Id,
    string Provider,
    string Name,
    int ContextWindow,
    int MaxOutputTokens,
    ModelPrices? Prices,
    bool SupportsTemperature = true,
    bool SupportsImages = false)
{
    /// <summary>False for models that refuse a message of that role; its text then leads the first message of the person.</summary>
    public bool SupportsSystemPrompt { get; init; } = true;

    /// <summary>Whether sequences that end the answer can be sent.</summary>
    public bool SupportsStop { get; init; } = true;

    /// <summary>The end of the maker's scale: 2 at OpenAI and those that follow it, 1 at Anthropic.</summary>
    public double MaxTemperature { get; init; } = 2;

    /// <summary>How the model is addressed when several providers have one of that name.</summary>
    public string QualifiedId => $"{Provider}/{Id}";
}

/// <summary>US dollars per million tokens.</summary>
public sealed record ModelPrices(decimal Input, decimal CachedInput, decimal Output)
{
    /// <summary>Cost of one call in US dollars; cached tokens are part of the input and cost their own price.</summary>
    public decimal CostOf(int inputTokens, int cachedInputTokens, int outputTokens) =>
        ((inputTokens - cachedInputTokens) * Input + cachedInputTokens * CachedInput + outputTokens * Output) / 1_000_000m;
}
