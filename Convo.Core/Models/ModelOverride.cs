namespace Convo.Core.Models;

/// <summary>What an administrator changed of a model, or a model that only an administrator named. What is null is as shipped.</summary>
public sealed record ModelOverride(string Provider, string Id)
{
    /// <summary>The model is in the catalogue because of this row, whatever its provider lists.</summary>
    public bool IsAdded { get; init; }

    public string? Name { get; init; }
    public int? ContextWindow { get; init; }
    public int? MaxOutputTokens { get; init; }
    public ModelPrices? Prices { get; init; }
    public bool? SupportsTemperature { get; init; }
    public bool? SupportsImages { get; init; }
    public bool? SupportsSystemPrompt { get; init; }
    public bool IsHidden { get; init; }

    /// <summary>Place in the list; null: behind those that have one, in the order of the providers.</summary>
    public int? Position { get; init; }

    public ModelAudience Audience { get; init; } = ModelAudience.All;

    /// <summary>Qualified ids, in the order they are asked.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    public string QualifiedId => $"{Provider}/{Id}";

    internal ModelInfo Over(ModelInfo model) => model with
    {
        Name = Name ?? model.Name,
        ContextWindow = ContextWindow ?? model.ContextWindow,
        MaxOutputTokens = MaxOutputTokens ?? model.MaxOutputTokens,
        Prices = Prices ?? model.Prices,
        SupportsTemperature = SupportsTemperature ?? model.SupportsTemperature,
        SupportsImages = SupportsImages ?? model.SupportsImages,
        SupportsSystemPrompt = SupportsSystemPrompt ?? model.SupportsSystemPrompt,
    };
}

/// <summary>Who may choose a model.</summary>
/// <param name="Everyone">When false, only the teams and people named.</param>
public sealed record ModelAudience(bool Everyone, IReadOnlyList<Guid> TeamIds, IReadOnlyList<Guid> UserIds)
{
    public static ModelAudience All { get; } = new(true, [], []);

    public bool Includes(Accounts.Caller caller) =>
        Everyone || UserIds.Contains(caller.UserId) || (caller.TeamId is { } team && TeamIds.Contains(team));
}

/// <summary>One model of the catalogue as administrators see it.</summary>
/// <param name="Model">As people get it.</param>
/// <param name="Override">What was changed; null when nothing was.</param>
/// <param name="IsConnected">Its provider is configured.</param>
/// <param name="Problem">What is known to be wrong with it now.</param>
public sealed record CatalogueEntry(ModelInfo Model, ModelOverride? Override, bool IsConnected, Shared.Problem? Problem)
{
    public bool IsHidden => Override?.IsHidden == true;

    public ModelAudience Audience => Override?.Audience ?? ModelAudience.All;
}
