using System.Runtime.CompilerServices;
using Convo.Core.Models.Providers.Http;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>A stream that ends without saying why has been cut: it must never pass for a complete answer.</summary>
internal sealed class EndOfStreamChatClient(IChatClient inner, string providerName) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ended = false;
        await foreach (var update in InnerAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            ended |= update.FinishReason is not null;
            yield return update;
        }

        if (!ended)
        {
            throw ProviderFailures.Cut(providerName);
        }
    }
}

internal static class EndOfStreamChatClientExtensions
{
    public static ChatClientBuilder UseEndOfStreamCheck(this ChatClientBuilder builder, string providerName) =>
        builder.Use(inner => new EndOfStreamChatClient(inner, providerName));
}
