using System.Text;
using System.Text.Json.Nodes;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>
/// Turns the chat completion request that the SDK wrote into the request of another protocol, on its way out. The answer needs no
/// counterpart: an <see cref="AnswerStream"/> reads every format.
/// </summary>
internal abstract class RequestTranslator
{
    /// <summary>Address and body for this chat request; <paramref name="baseUrl"/> ends with a slash.</summary>
    protected abstract (Uri Address, JsonObject Body) Translate(Uri baseUrl, JsonObject chat);

    /// <summary>What the address wants in headers beside or instead of a bearer token.</summary>
    protected virtual void Authorize(HttpRequestMessage request)
    {
    }

    public async Task ApplyAsync(HttpRequestMessage request, Uri baseUrl, CancellationToken cancellationToken)
    {
        if (request.Content is not null)
        {
            var chat = JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))!.AsObject();
            (request.RequestUri, var body) = Translate(baseUrl, chat);
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        Authorize(request);
    }

    /// <summary>Each part of a message: its text, or the media type and base64 of a picture.</summary>
    protected static IEnumerable<(string? Text, string? MediaType, string? Data)> Parts(JsonNode? content)
    {
        if (content is JsonValue)
        {
            yield return (content.GetValue<string>(), null, null);
        }

        foreach (var part in content as JsonArray ?? [])
        {
            if (part?["text"] is { } text)
            {
                yield return (text.GetValue<string>(), null, null);
            }
            else if (part?["image_url"]?["url"]?.GetValue<string>() is { } url && url.Split([':', ';', ','], 4) is ["data", var type, "base64", var data])
            {
                yield return (null, type, data);
            }
        }
    }

    protected static string TextOf(JsonNode? message) => string.Concat(Parts(message?["content"]).Select(p => p.Text));

    protected static void Copy(JsonObject from, string name, JsonObject to, string rename)
    {
        if (from[name] is { } value)
        {
            to[rename] = value.DeepClone();
        }
    }
}

internal sealed class RequestTranslatorHandler(RequestTranslator translator, Uri baseUrl, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly Uri _baseUrl = new(baseUrl.AbsoluteUri.TrimEnd('/') + "/");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await translator.ApplyAsync(request, _baseUrl, cancellationToken).ConfigureAwait(false);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
