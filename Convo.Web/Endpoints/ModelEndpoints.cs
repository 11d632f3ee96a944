using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>The models people may choose; prices and limits, never a key or an address.</summary>
public static class ModelEndpoints
{
    public static RouteGroupBuilder MapModelEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/models").WithTags("Models");
        group.MapGet("", List).WithName("ListModels").WithSummary("The models that can be used now");
        return group;
    }

    // The caller is asked for so that the list is for people who are signed in.
    private static Ok<ModelList> List(Caller caller, IModelCatalogue catalogue)
    {
        _ = caller;
        return TypedResults.Ok(new ModelList([.. catalogue.List().Select(ModelView.Of)], NextCursor: null));
    }
}

public sealed record ModelList(IReadOnlyList<ModelView> Items, string? NextCursor);

/// <param name="InputPrice">US dollars per million tokens, as a decimal string; null when not known.</param>
public sealed record ModelView(
    string Id,
    string Provider,
    string Name,
    int ContextWindow,
    int MaxOutputTokens,
    string? InputPrice,
    string? CachedInputPrice,
    string? OutputPrice,
    bool SupportsTemperature,
    bool SupportsImages)
{
    internal static ModelView Of(ModelInfo model) => new(
        model.Id,
        model.Provider,
        model.Name,
        model.ContextWindow,
        model.MaxOutputTokens,
        Price(model.Prices?.Input),
        Price(model.Prices?.CachedInput),
        Price(model.Prices?.Output),
        model.SupportsTemperature,
        model.SupportsImages);

    private static string? Price(decimal? price) => price?.ToString(CultureInfo.InvariantCulture);
}
