using System.Text.Json;
using Convo.Core.Shared;

namespace Convo.Web.Endpoints.OpenAI;

internal static class JsonRequest
{
    /// <summary>Reads a request's whole body.</summary>
    /// <exception cref="ConvoException">400 when it is not a JSON object.</exception>
    public static async Task<JsonMember> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonMember(document.RootElement.Clone(), "")
                : throw new ConvoException(ProblemKind.Invalid, "invalid_request", "The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ConvoException(
                ProblemKind.Invalid, "invalid_json", $"The body is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}). Send the request as a JSON object.", e);
        }
    }
}
