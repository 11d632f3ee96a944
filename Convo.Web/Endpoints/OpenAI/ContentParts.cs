using System.Buffers.Text;
using System.Text.Json;
using Convo.Core.Shared;
using Convo.Core.Turns.Completions;
using Microsoft.Extensions.AI;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>The content of a message: a text, or an array of texts and pictures.</summary>
internal static class ContentParts
{
    private const string RemoteNotTaken =
        "Convo fetches nothing from other servers: a picture must come with the request, as a data: URL such as data:image/png;base64,….";

    public static IList<AIContent> Texts(JsonMember content) => Read(content, withPictures: false);

    public static IList<AIContent> Read(JsonMember content) => Read(content, withPictures: true);

    private static List<AIContent> Read(JsonMember content, bool withPictures) => content.Element.ValueKind switch
    {
        JsonValueKind.String => [new TextContent(content.Text())],
        JsonValueKind.Array when content.Items() is { Count: > 0 } parts => [.. parts.Select(part => Part(part, withPictures))],
        _ => throw content.Wrong("a text, or an array of parts"),
    };

    private static AIContent Part(JsonMember part, bool withPictures) => part["type"].Text() switch
    {
        "text" => new TextContent(part["text"].Text()),
        "refusal" when !withPictures => new TextContent(part["refusal"].Text()),
        "image_url" when withPictures => Picture(part["image_url"]),
        var type => throw part["type"].Unsupported(withPictures ? $"A part is text or image_url; {type} is not taken." : $"A message of this role holds text only; {type} is not taken."),
    };

    /// <summary>The SDKs send <c>{"url": …, "detail": …}</c>; some programs the bare address.</summary>
    private static DataContent Picture(JsonMember image)
    {
        var url = image.Element.ValueKind == JsonValueKind.String ? image : image["url"];
        var text = url.Text();
        if (!text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ConvoException(ProblemKind.Invalid, "remote_image", RemoteNotTaken) { Field = url.Path };
        }

        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !text.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase) || !Base64.IsValid(text.AsSpan(comma + 1)))
        {
            throw ConvoException.Invalid(url.Path, "The picture's data: URL must be base64, such as data:image/png;base64,….");
        }

        return CompletionPicture.Read(Convert.FromBase64String(text[(comma + 1)..]), url.Path);
    }
}
