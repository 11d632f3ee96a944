using Convo.Core.Models;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Admin.Models;

/// <summary>A model in words, for the catalogue and the switcher.</summary>
internal static class ModelText
{
    public static string PriceOf(ModelInfo model) => model.Prices switch
    {
        null => Format.Unknown,
        { Input: 0, Output: 0 } => "free",
        var prices => $"{Format.Price(prices.Input)} · {Format.Price(prices.Output)}",
    };

    public static IEnumerable<string> MarksOf(CatalogueEntry entry)
    {
        if (entry.IsHidden) yield return "hidden";
        if (!entry.Audience.Everyone) yield return entry.Audience.TeamIds.Count + entry.Audience.UserIds.Count == 0 ? "for nobody" : "for some";
        if (entry.Override?.Fallbacks.Count > 0) yield return "has a stand-in";
        if (entry.Model.SupportsImages) yield return "sees pictures";
        if (entry.Override is { IsAdded: true }) yield return "added";
        else if (entry.Override is not null) yield return "changed";
    }
}
