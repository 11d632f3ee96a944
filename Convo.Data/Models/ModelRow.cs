using Convo.Core.Models;

namespace Convo.Data.Models;

internal sealed record ModelRow(
    string Provider, string Id, bool IsAdded, string? Name, int? ContextWindow, int? MaxOutputTokens, decimal? InputPrice, decimal? CachedInputPrice,
    decimal? OutputPrice, bool? SupportsTemperature, bool? SupportsImages, bool? SupportsSystemPrompt, bool IsHidden, int? Position, bool ForEveryone,
    string[] Fallbacks, Guid[] TeamIds, Guid[] UserIds)
{
    public ModelOverride ToOverride() => new(Provider, Id)
    {
        IsAdded = IsAdded,
        Name = Name,
        ContextWindow = ContextWindow,
        MaxOutputTokens = MaxOutputTokens,
        Prices = InputPrice is { } input ? new ModelPrices(input, CachedInputPrice!.Value, OutputPrice!.Value) : null,
        SupportsTemperature = SupportsTemperature,
        SupportsImages = SupportsImages,
        SupportsSystemPrompt = SupportsSystemPrompt,
        IsHidden = IsHidden,
        Position = Position,
        Audience = new ModelAudience(ForEveryone, TeamIds, UserIds),
        Fallbacks = Fallbacks,
    };
}
