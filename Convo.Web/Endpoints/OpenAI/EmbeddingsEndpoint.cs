using System.Runtime.InteropServices;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Turns.Completions;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary><c>POST /v1/embeddings</c> (https://platform.openai.com/docs/api-reference/embeddings/create).</summary>
internal static class EmbeddingsEndpoint
{
    public static async Task<IResult> PostAsync(HttpRequest request, Caller caller, IEmbeddingService embeddings, CancellationToken cancellationToken)
    {
        var body = await JsonRequest.ReadAsync(request, cancellationToken);
        var texts = Texts(body["input"]);
        var base64 = AsBase64(body["encoding_format"]);
        var made = await embeddings.EmbedAsync(caller, body["model"].OptionalText(), texts, body["dimensions"].OptionalCount(), cancellationToken);
        return TypedResults.Ok(new
        {
            Object = "list",
            Data = made.Vectors.Select((vector, index) => new { Object = "embedding", Index = index, Embedding = base64 ? Packed(vector) : (object)vector }),
            made.Model,
            Usage = new { PromptTokens = made.Tokens, TotalTokens = made.Tokens },
        });
    }

    private static IReadOnlyList<string> Texts(JsonMember input)
    {
        if (input.Element.ValueKind == JsonValueKind.String)
        {
            return [input.Text()];
        }

        var items = input.Items();
        return items.Any(item => item.Element.ValueKind is JsonValueKind.Number or JsonValueKind.Array)
            ? throw new ConvoException(ProblemKind.Invalid, "token_input", "Token arrays are not taken: they are numbers of one tokenizer only. Send input as text.") { Field = "input" }
            : [.. items.Select(item => item.Text())];
    }

    private static bool AsBase64(JsonMember format) => format.OptionalText() switch
    {
        null or "float" => false,
        "base64" => true,
        _ => throw format.Wrong("float or base64"),
    };

    /// <summary>Little-endian floats of 32 bits, one after the other; every machine that .NET runs on has them in that order.</summary>
    private static string Packed(float[] vector) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector));
}
