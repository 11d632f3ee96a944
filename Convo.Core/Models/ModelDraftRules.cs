using Convo.Core.Shared;

namespace Convo.Core.Models;

/// <summary>What can be said about a draft without asking the database.</summary>
internal static class ModelDraftRules
{
    private const int MaxName = 100;
    private const int MaxTokens = 100_000_000;
    private const decimal MaxPrice = 100_000;
    private const int MostFallbacks = 5;
    private const int MostNamed = 1000;

    public static void Check(ModelDraft draft, ModelInfo model, IReadOnlySet<string> known)
    {
        if (draft.Name is { } name && (name.Trim().Length is 0 or > MaxName || name.Any(char.IsControl)))
        {
            throw ConvoException.Invalid("name", $"name must have 1 to {MaxName} characters without line breaks; leave it out for the shipped one.");
        }

        var context = draft.ContextWindow ?? model.ContextWindow;
        var output = draft.MaxOutputTokens ?? model.MaxOutputTokens;
        Between("context_window", context, 256, MaxTokens);
        Between("max_output_tokens", output, 1, MaxTokens);
        if (output > context)
        {
            throw ConvoException.Invalid("max_output_tokens", $"max_output_tokens ({output}) must not be more than context_window ({context}).");
        }

        Price("input_price", draft.InputPrice);
        Price("cached_input_price", draft.CachedInputPrice);
        Price("output_price", draft.OutputPrice);
        if (draft.InputPrice is null != draft.OutputPrice is null || (draft.CachedInputPrice is not null && draft.InputPrice is null))
        {
            throw ConvoException.Invalid(draft.InputPrice is null ? "input_price" : "output_price", "Give input_price and output_price together, or neither for the shipped prices.");
        }

        Audience(draft);
        var fallbacks = draft.Fallbacks ?? [];
        if (fallbacks.Count > MostFallbacks || fallbacks.Distinct().Count() != fallbacks.Count || fallbacks.Any(f => !known.Contains(f) || f == model.QualifiedId))
        {
            throw ConvoException.Invalid("fallbacks", $"fallbacks must name at most {MostFallbacks} other models of the catalogue as provider/model, each once.");
        }
    }

    public static ModelOverride Apply(ModelOverride row, ModelDraft draft)
    {
        var named = (draft.TeamIds?.Count ?? 0) + (draft.UserIds?.Count ?? 0) > 0;
        return row with
        {
            Name = draft.Name?.Trim(),
            ContextWindow = draft.ContextWindow,
            MaxOutputTokens = draft.MaxOutputTokens,
            Prices = draft.InputPrice is { } input ? new ModelPrices(input, draft.CachedInputPrice ?? input, draft.OutputPrice!.Value) : null,
            SupportsTemperature = draft.SupportsTemperature,
            SupportsImages = draft.SupportsImages,
            SupportsSystemPrompt = draft.SupportsSystemPrompt,
            IsHidden = draft.Hidden,
            Audience = new ModelAudience(draft.Everyone ?? !named, [.. (draft.TeamIds ?? []).Distinct()], [.. (draft.UserIds ?? []).Distinct()]),
            Fallbacks = draft.Fallbacks ?? [],
        };
    }

    private static void Audience(ModelDraft draft)
    {
        var named = (draft.TeamIds?.Count ?? 0) + (draft.UserIds?.Count ?? 0);
        if (named > MostNamed)
        {
            throw ConvoException.Invalid("user_ids", $"At most {MostNamed} teams and people can be named. Make a team of them.");
        }

        if (draft.Everyone == true && named > 0)
        {
            throw ConvoException.Invalid("everyone", "everyone cannot be true while teams or people are named. Leave one of the two out.");
        }
    }

    private static void Between(string field, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw ConvoException.Invalid(field, $"{field} must be between {least} and {most}.");
        }
    }

    private static void Price(string field, decimal? price)
    {
        if (price is < 0 or > MaxPrice)
        {
            throw ConvoException.Invalid(field, $"{field} is in US dollars per million tokens and must be between 0 and {MaxPrice}.");
        }
    }
}
