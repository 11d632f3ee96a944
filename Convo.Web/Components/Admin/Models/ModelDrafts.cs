using Convo.Core.Models;

namespace Convo.Web.Components.Admin.Models;

/// <summary>What was changed of a model, as a draft that says the same again.</summary>
internal static class ModelDrafts
{
    public static ModelDraft Of(CatalogueEntry entry) => entry.Override is not { } change
        ? new ModelDraft()
        : new ModelDraft(
            change.Name, change.ContextWindow, change.MaxOutputTokens, change.Prices?.Input, change.Prices?.CachedInput, change.Prices?.Output,
            change.SupportsTemperature, change.SupportsImages, change.SupportsSystemPrompt, change.IsHidden,
            change.Audience.Everyone, change.Audience.TeamIds, change.Audience.UserIds, change.Fallbacks);
}
