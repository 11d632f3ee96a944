using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns.Completions;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>: what the caller may use, the embedding model among it.</summary>
internal static class ModelsEndpoint
{
    public static IResult List(Caller caller, IModelCatalogue catalogue, IEmbeddingService embeddings, ModelNames names) =>
        TypedResults.Ok(new { Object = "list", Data = All(caller, catalogue, embeddings, names) });

    public static IResult Get(string id, Caller caller, IModelCatalogue catalogue, IEmbeddingService embeddings, ModelNames names)
    {
        // The SDKs write the slash of provider/name as %2F, which routing leaves as it is.
        var wanted = id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var found = All(caller, catalogue, embeddings, names).FirstOrDefault(m => m.Id == wanted || $"{m.OwnedBy}/{m.Id}" == wanted)
            ?? throw new ConvoException(ProblemKind.NotFound, ProviderErrors.ModelNotFound, $"There is no model {wanted} here, or you may not use it. GET /v1/models lists those you may use.") { Field = "model" };
        return TypedResults.Ok(found);
    }

    private static List<ListedModel> All(Caller caller, IModelCatalogue catalogue, IEmbeddingService embeddings, ModelNames names)
    {
        return
        [
            .. catalogue.ListFor(caller).Select(m => new ListedModel(names.Of(m), m.Provider, m.Name, m.ContextWindow, m.MaxOutputTokens)),
            .. embeddings.Models.Select(m => new ListedModel(m, m.Split('/') is [var provider, _, ..] ? provider : "convo", m, null, null)),
        ];
    }
}

/// <summary>https://platform.openai.com/docs/api-reference/models/object, and what Convo knows beyond it.</summary>
internal sealed record ListedModel(string Id, string OwnedBy, string Name, int? ContextWindow, int? MaxOutputTokens)
{
    public string Object { get; } = "model";

    /// <summary>Unix time. Nobody tells Convo when a model was made; the member is there because the SDKs' types ask for it.</summary>
    public long Created { get; }
}
