using System.Text.Json;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers.Anthropic;

/// <summary>
/// Brings temperature and top_p to the wire. The SDK speaks API version 2026-10-21, which refuses both with 400; its request type has no
/// members for them and its adapter drops them without a word. A model that takes them is asked in the version before, with the members
/// written into the raw request (docs/adr/0007).
/// </summary>
internal sealed class SamplingChatClient(IChatClient inner, string model) : DelegatingChatClient(inner)
{
    /// <summary>Anthropic's scale ends at 1; OpenAI's, which people see elsewhere, at 2.</summary>
    private const float HighestTemperature = 1;

    /// <summary>What the SDK's adapter itself asks for where nothing is said.</summary>
    private const int DefaultMaxTokens = 4096;

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetStreamingResponseAsync(messages, WithSampling(options), cancellationToken);

    private ChatOptions? WithSampling(ChatOptions? options)
    {
        if (options is null or { Temperature: null, TopP: null })
        {
            return options;
        }

        var body = new Dictionary<string, JsonElement>
        {
            ["model"] = JsonSerializer.SerializeToElement(options.ModelId ?? model),
            ["max_tokens"] = JsonSerializer.SerializeToElement(options.MaxOutputTokens ?? DefaultMaxTokens),
            ["messages"] = JsonSerializer.SerializeToElement(Array.Empty<string>()),
        };
        // Models refuse the two together, and temperature is what people set.
        if (options.Temperature is { } temperature)
        {
            body["temperature"] = JsonSerializer.SerializeToElement(Math.Min(temperature, HighestTemperature));
        }
        else
        {
            body["top_p"] = JsonSerializer.SerializeToElement(options.TopP);
        }

        var headers = new Dictionary<string, JsonElement> { [AnthropicHeaderHandler.VersionHeader] = JsonSerializer.SerializeToElement(AnthropicHeaderHandler.SamplingVersion) };
        var sampled = options.Clone();
        sampled.RawRepresentationFactory = _ => MessageCreateParams.FromRawUnchecked(headers, new Dictionary<string, JsonElement>(), body);
        return sampled;
    }
}
