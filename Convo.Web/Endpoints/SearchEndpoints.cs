using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>Search, and what was retrieved for an answer.</summary>
internal static class SearchEndpoints
{
    public static void MapSearchEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/convo/search", SearchAsync).WithTags("Search").WithSummary("Passages of the files one may read, with the scores of each leg");
        routes.MapGet("/api/convo/messages/{id:guid}/retrieval", RetrievalAsync).WithTags("Search")
            .WithSummary("What was retrieved for an answer: ranks of both legs, fused score, what was cut and why");
    }

    private static async Task<Ok<ListBody<PassageBody>>> SearchAsync(
        Caller caller, ISearchService search, CancellationToken cancellationToken,
        string? q = null, Guid? thread_id = null, Guid? collection_id = null, string? mode = null, int limit = 20)
    {
        var scope = new RetrievalScope(thread_id, [], collection_id is { } id ? [id] : []);
        var found = await search.SearchAsync(caller, new SearchRequest(q ?? "", scope, Mode(mode), limit), cancellationToken);
        return TypedResults.Ok(new ListBody<PassageBody>([.. found.Select(PassageBody.Of)]));
    }

    private static async Task<Ok<RetrievalBody>> RetrievalAsync(Guid id, Caller caller, IRetrievalLog log, CancellationToken cancellationToken) =>
        TypedResults.Ok(RetrievalBody.Of(await log.GetAsync(caller, id, cancellationToken) ?? Retrieval.None));

    private static SearchMode Mode(string? mode) => mode switch
    {
        null or "" or "hybrid" => SearchMode.Hybrid,
        "vector" => SearchMode.Vector,
        "keyword" => SearchMode.Keyword,
        _ => throw ConvoException.Invalid("mode", "mode is hybrid, vector or keyword."),
    };
}

/// <summary>A passage as search and the retrieval log show it; the text is empty once its file is gone.</summary>
internal sealed record PassageBody(
    int Number, Guid ChunkId, Guid AttachmentId, string Filename, string? HeadingPath, int PageFrom, int PageTo, string Text, int Tokens,
    double Score, int? KeywordRank, double? KeywordScore, int? VectorRank, double? VectorScore, string? Cut)
{
    public static PassageBody Of(Passage p) => new(
        p.Number, p.ChunkId, p.AttachmentId, p.Filename, p.HeadingPath, p.PageFrom, p.PageTo, p.Text, p.TokenCount,
        p.Score, p.KeywordRank, p.KeywordScore, p.VectorRank, p.VectorScore, p.Cut);
}

internal sealed record RetrievalBody(string Query, IReadOnlyList<PassageBody> Passages, IReadOnlyList<PassageBody> Cut)
{
    public static RetrievalBody Of(Retrieval r) => new(r.Query, [.. r.Passages.Select(PassageBody.Of)], [.. r.CutPassages.Select(PassageBody.Of)]);
}
