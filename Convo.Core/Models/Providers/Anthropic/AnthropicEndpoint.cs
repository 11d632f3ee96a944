using System.Text.Json;
using Anthropic;
using Convo.Core.Models.Providers.Http;
using Convo.Core.Models.Providers.Streams;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers.Anthropic;

/// <summary>One address that speaks Anthropic's Messages protocol, through the official SDK.</summary>
internal sealed class AnthropicEndpoint : IChatEndpoint
{
    private readonly ProviderIdentity _identity;
    private readonly HttpClient _http;
    private readonly AnthropicClient _client;
    private readonly Uri _models;

    public AnthropicEndpoint(ProviderIdentity identity, Uri baseUrl, string? apiKey, TimeSpan connectTimeout, TimeProvider time)
    {
        _identity = identity;
        // Only Anthropic's own end mark ends its streams, so there is no habit to learn.
        var habits = new EndpointHabits(sendsDone: true);
        _http = ProviderHttp.Create(identity, baseUrl, connectTimeout, time, inside: inner =>
            new AnswerStreamHandler(identity, habits, () => new MessageWriter(), new AnthropicHeaderHandler(apiKey, inner)));
        // The SDK adds v1 itself, and most people set the address with it.
        var root = baseUrl.AbsoluteUri.TrimEnd('/');
        root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
        _models = new Uri(root + "/v1/models?limit=1000");
        _client = new AnthropicClient
        {
            HttpClient = _http,
            ApiKey = apiKey ?? "none",
            // Set, so that the SDK does not look for one in the environment.
            AuthToken = null,
            BaseUrl = root,
            // Retries and timeouts are the pipeline's: it knows whether a word has been shown.
            MaxRetries = 0,
            Timeout = TimeSpan.FromHours(24),
        };
    }

    public IChatClient Chat(string model) => new SamplingChatClient(_client.AsIChatClient(model), model);

    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not through the SDK, whose own model of a list asks for members that compatible servers leave out.
            using var document = JsonDocument.Parse(await _http.GetStringAsync(_models, cancellationToken).ConfigureAwait(false));
            return ModelIds.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ProviderFailures.BadResponse(_identity, "did not answer with a list of models", e);
        }
    }

    public void Dispose() => _http.Dispose();
}
