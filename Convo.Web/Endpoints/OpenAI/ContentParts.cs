using System.Buffers.Text;
using System.Text.Json;
using Convo.Core.Shared;
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

        var bytes = Convert.FromBase64String(text[(comma + 1)..]);
        // What it is decides, not what it is called: a provider gets nothing else by this way.
        return PictureType(bytes) is { } type
            ? new DataContent(bytes, type)
            : throw new ConvoException(ProblemKind.Invalid, "unsupported_image", "A picture is PNG, JPEG, WebP or GIF; this one is not.") { Field = url.Path };
    }

    private static string? PictureType(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) ? "image/gif"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
