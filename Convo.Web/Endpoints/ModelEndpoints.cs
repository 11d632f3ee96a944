using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>The models people may choose; prices and limits, never a key or an address. And the catalogue in the hands of administrators.</summary>
public static class ModelEndpoints
{
    public static RouteGroupBuilder MapModelEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/models").WithTags("Models");
        group.MapGet("", List).WithName("ListModels").WithSummary("The models that the caller may use now");

        // A model's id is provider/model, and the model's own name may hold slashes.
        var admin = routes.MapGroup("/api/convo/admin/models").WithTags("Administration").RequireAuthorization(Roles.Admin);
        admin.MapGet("", ListAll).WithSummary("The whole catalogue, hidden models too, with what was changed and what is wrong now");
        admin.MapPut("", ReorderAsync).WithSummary("The order of the switcher: ids as provider/model; others come behind");
        admin.MapGet("/{**id}", Get).WithSummary("One model, as provider/model");
        admin.MapPut("/{**id}", PutAsync).WithSummary("Changes a model, or adds one; what is left out is as shipped");
        admin.MapDelete("/{**id}", DeleteAsync).WithSummary("Takes every change back; an added model is gone");
        return group;
    }

    private static Ok<ModelList> List(Caller caller, IModelCatalogue catalogue) =>
        TypedResults.Ok(new ModelList([.. catalogue.ListFor(caller).Select(m => ModelView.Of(m, catalogue.ProblemOf(m)))], NextCursor: null));

    private static Ok<AdminModelList> ListAll(Caller caller, IModelAdministration models) =>
        TypedResults.Ok(new AdminModelList([.. models.List(caller).Select(AdminModelView.Of)], [.. models.Providers(caller)], NextCursor: null));

    private static async Task<NoContent> ReorderAsync(Caller caller, ModelOrder body, IModelAdministration models, CancellationToken cancellationToken)
    {
        await models.ReorderAsync(caller, body.Ids ?? throw ConvoException.Invalid("ids", "ids must name models as provider/model, in the order people see."), cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<AdminModelView> Get(string id, Caller caller, IModelAdministration models) => TypedResults.Ok(AdminModelView.Of(models.Get(caller, id)));

    private static async Task<Ok<AdminModelView>> PutAsync(string id, Caller caller, ModelDraft body, IModelAdministration models, CancellationToken cancellationToken) =>
        TypedResults.Ok(AdminModelView.Of(await models.PutAsync(caller, id, body, cancellationToken)));

    private static async Task<NoContent> DeleteAsync(string id, Caller caller, IModelAdministration models, CancellationToken cancellationToken)
    {
        await models.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}

public sealed record ModelList(IReadOnlyList<ModelView> Items, string? NextCursor);

/// <param name="InputPrice">US dollars per million tokens, as a decimal string; null when not known.</param>
/// <param name="MaxTemperature">0 when the model takes none.</param>
/// <param name="Problem">What is known to be wrong with the model now; it can be tried all the same.</param>
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
    bool SupportsImages,
    double MaxTemperature,
    Problem? Problem)
{
    internal static ModelView Of(ModelInfo model, Problem? problem) => new(
        model.Id,
        model.Provider,
        model.Name,
        model.ContextWindow,
        model.MaxOutputTokens,
        Price(model.Prices?.Input),
        Price(model.Prices?.CachedInput),
        Price(model.Prices?.Output),
        model.SupportsTemperature,
        model.SupportsImages,
        model.SupportsTemperature ? model.MaxTemperature : 0,
        problem);

    private static string? Price(decimal? price) => price?.ToString("0.00####", CultureInfo.InvariantCulture);
}

public sealed record ModelOrder(IReadOnlyList<string>? Ids = null);

/// <param name="Providers">Every provider, with what is known to be wrong with it.</param>
public sealed record AdminModelList(IReadOnlyList<AdminModelView> Items, IReadOnlyList<ProviderState> Providers, string? NextCursor);

/// <param name="QualifiedId">What the routes of administration name the model by.</param>
/// <param name="Changed">An administrator changed or added it; deleting takes that back.</param>
/// <param name="Connected">Its provider has what it needs to be called.</param>
public sealed record AdminModelView(
    string QualifiedId, ModelView Model, bool SupportsSystemPrompt, bool Hidden, bool Changed, bool Added, bool Connected, bool Everyone,
    IReadOnlyList<Guid> TeamIds, IReadOnlyList<Guid> UserIds, IReadOnlyList<string> Fallbacks)
{
    internal static AdminModelView Of(CatalogueEntry entry) => new(
        entry.Model.QualifiedId, ModelView.Of(entry.Model, entry.Problem), entry.Model.SupportsSystemPrompt, entry.IsHidden, entry.Override is not null,
        entry.Override?.IsAdded == true, entry.IsConnected, entry.Audience.Everyone, entry.Audience.TeamIds, entry.Audience.UserIds, entry.Override?.Fallbacks ?? []);
}
