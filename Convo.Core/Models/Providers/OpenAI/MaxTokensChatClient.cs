using Microsoft.Extensions.AI;
using OpenAI.Chat;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>
/// Names the output limit <c>max_tokens</c>: the SDK sends <c>max_completion_tokens</c>, which OpenAI itself wants and many compatible
/// servers pass over, so that an answer would run past its hold.
/// </summary>
internal sealed class MaxTokensChatClient(IChatClient inner) : DelegatingChatClient(inner)
{
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        base.GetStreamingResponseAsync(messages, Rename(options), cancellationToken);

    private static ChatOptions? Rename(ChatOptions? options)
    {
        if (options?.MaxOutputTokens is not { } limit)
        {
            return options;
        }

        var renamed = options.Clone();
        renamed.MaxOutputTokens = null;
        renamed.RawRepresentationFactory = _ =>
        {
            var raw = new ChatCompletionOptions();
#pragma warning disable SCME0001 // The patch is the SDK's own way to send a member it has no property for; pinned by a wire test.
            raw.Patch.Set("$.max_tokens"u8, limit);
#pragma warning restore SCME0001
            return raw;
        };
        return renamed;
    }
}
