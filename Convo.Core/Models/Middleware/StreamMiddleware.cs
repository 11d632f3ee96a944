using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// A concern that is put around every call. A whole answer is a stream read to its end, so each concern is written once, for streams, and
/// an idle provider is noticed in both cases.
/// </summary>
internal abstract class StreamMiddleware(IChatClient inner) : DelegatingChatClient(inner)
{
    public sealed override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public sealed override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        // A lazily made prompt must not be made again by each try and each count.
        StreamAsync(messages as IReadOnlyList<ChatMessage> ?? [.. messages], options, cancellationToken);

    protected abstract IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);

    protected IAsyncEnumerable<ChatResponseUpdate> InnerAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        InnerClient.GetStreamingResponseAsync(messages, options, cancellationToken);
}
