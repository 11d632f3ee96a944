using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Web.Endpoints;

/// <summary>A passage as search and the retrieval log show it; the text is empty once its file is gone.</summary>
internal sealed record PassageBody(
    int Number, Guid ChunkId, Guid AttachmentId, string Filename, string? HeadingPath, int PageFrom, int PageTo, string Text, int Tokens,
    double Score, int? KeywordRank, double? KeywordScore, int? VectorRank, double? VectorScore, int? FusedRank, double? RerankScore, string? Cut)
{
    public static PassageBody Of(Passage p) => new(
        p.Number, p.ChunkId, p.AttachmentId, p.Filename, p.HeadingPath, p.PageFrom, p.PageTo, p.Text, p.TokenCount,
        p.Score, p.KeywordRank, p.KeywordScore, p.VectorRank, p.VectorScore, p.FusedRank, p.RerankScore, p.Cut);
}

/// <param name="Query">What was searched for.</param>
/// <param name="Question">What the person wrote, when a follow-up was made self-contained first.</param>
internal sealed record RetrievalBody(
    string Query, string? Question, WeightsBody? Weights, string? Reranker, IReadOnlyList<PassageBody> Passages, IReadOnlyList<PassageBody> Cut)
{
    public static RetrievalBody Of(Retrieval r) => new(
        r.Query, r.Question, r.Weights is { } w ? new WeightsBody(w.Keyword, w.Vector) : null, r.Reranker,
        [.. r.Passages.Select(PassageBody.Of)], [.. r.CutPassages.Select(PassageBody.Of)]);
}

internal sealed record WeightsBody(double Keyword, double Vector);

/// <summary>What is left out is as it was.</summary>
/// <param name="Reason">Needed for another person's answer; kept in the audit log.</param>
internal sealed record ReplayBody(string? Question = null, WeightsBody? Weights = null, string? Mode = null, int Limit = 12, int TokenBudget = 6000, string? Reason = null)
{
    public ReplayRequest ToRequest() => new(Question, Weights is { } w ? new FusionWeights(w.Keyword, w.Vector) : null, SearchModes.Parse(Mode), Limit, TokenBudget, Reason);
}

internal static class SearchModes
{
    public static SearchMode Parse(string? mode) => mode switch
    {
        null or "" or "hybrid" => SearchMode.Hybrid,
        "vector" => SearchMode.Vector,
        "keyword" => SearchMode.Keyword,
        _ => throw ConvoException.Invalid("mode", "mode is hybrid, vector or keyword."),
    };
}
