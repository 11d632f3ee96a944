using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>Search, what was retrieved for an answer, and for administrators the same again with other weights.</summary>
internal static class SearchEndpoints
{
    public static void MapSearchEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/convo/search", SearchAsync).WithTags("Search").WithSummary("Passages of the files one may read, with the scores of each leg");
        routes.MapGet("/api/convo/messages/{id:guid}/retrieval", RetrievalAsync).WithTags("Search")
            .WithSummary("What was retrieved for an answer: ranks of both legs, fused score, what was cut and why");

        var admin = routes.MapGroup("/api/convo/admin").WithTags("Administration").RequireAuthorization(Roles.Admin);
        // A POST: it needs a reason and writes the audit log, like all reading of what is another person's.
        admin.MapPost("/messages/{id:guid}/retrieval", AnyRetrievalAsync).WithSummary("What was retrieved for anyone's answer, where the organisation allows it.");
        admin.MapPost("/messages/{id:guid}/retrieval/replay", ReplayAsync).WithSummary("Searches again as for that answer, with other weights. No answer changes.");
        admin.MapPost("/retrieval", TryAsync).WithSummary("Searches what the administrator may read, with weights to try.");
        admin.MapGet("/embedding-models", ModelsAsync).WithSummary("The embedding models with vectors, and how far a new one has come.");
    }

    private static async Task<Ok<ListBody<PassageBody>>> SearchAsync(
        Caller caller, ISearchService search, CancellationToken cancellationToken,
        string? q = null, Guid? thread_id = null, Guid? collection_id = null, string? mode = null, int limit = 20)
    {
        var scope = new RetrievalScope(thread_id, [], collection_id is { } id ? [id] : []);
        var found = await search.SearchAsync(caller, new SearchRequest(q ?? "", scope, SearchModes.Parse(mode), limit), cancellationToken);
        return TypedResults.Ok(new ListBody<PassageBody>([.. found.Select(PassageBody.Of)]));
    }

    private static async Task<Ok<RetrievalBody>> RetrievalAsync(Guid id, Caller caller, IRetrievalLog log, CancellationToken cancellationToken) =>
        TypedResults.Ok(RetrievalBody.Of(await log.GetAsync(caller, id, cancellationToken) ?? Retrieval.None));

    private static async Task<Ok<RetrievalBody>> AnyRetrievalAsync(Guid id, ReasonBody body, Caller caller, IRetrievalReplay replay, CancellationToken cancellationToken) =>
        TypedResults.Ok(RetrievalBody.Of(await replay.GetAsync(caller, id, body.Reason, cancellationToken) ?? Retrieval.None));

    private static async Task<Ok<RetrievalBody>> ReplayAsync(Guid id, ReplayBody body, Caller caller, IRetrievalReplay replay, CancellationToken cancellationToken) =>
        TypedResults.Ok(RetrievalBody.Of(await replay.ReplayAsync(caller, id, body.ToRequest(), cancellationToken)));

    private static async Task<Ok<RetrievalBody>> TryAsync(ReplayBody body, Caller caller, IRetrievalReplay replay, CancellationToken cancellationToken) =>
        TypedResults.Ok(RetrievalBody.Of(await replay.TryAsync(caller, body.ToRequest(), cancellationToken)));

    private static async Task<Ok<ListBody<EmbeddingModelState>>> ModelsAsync(Caller caller, IEmbeddingModels models, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ListBody<EmbeddingModelState>(await models.ListAsync(caller, cancellationToken)));
}
