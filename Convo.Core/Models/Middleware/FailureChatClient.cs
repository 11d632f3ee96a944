using System.Runtime.CompilerServices;
using Convo.Core.Models.Providers.Http;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// Lets nothing but <see cref="ProviderException"/> and the caller's own cancellation out of a provider: SDKs wrap what their transport
/// threw, and throw errors of their own at answers they cannot read.
/// </summary>
internal sealed class FailureChatClient(IChatClient inner, string providerName) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var updates = InnerAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            while (await NextAsync(updates, cancellationToken).ConfigureAwait(false))
            {
                yield return updates.Current;
            }
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not ProviderException && !cancellationToken.IsCancellationRequested)
        {
            throw Find(e) ?? ProviderFailures.Unreadable(providerName, e);
        }
        catch (Exception e) when (e is not (ProviderException or OperationCanceledException))
        {
            // The socket was closed under the reader by the cancellation; what it says about that does not matter.
            throw new OperationCanceledException("The call was cancelled.", e, cancellationToken);
        }
    }

    private static ProviderException? Find(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is ProviderException found)
            {
                return found;
            }

            if (e is AggregateException { InnerExceptions: [.., var last] })
            {
                return Find(last);
            }
        }

        return null;
    }
}

internal static class FailureChatClientExtensions
{
    public static ChatClientBuilder UseFailureMapping(this ChatClientBuilder builder, string providerName) =>
        builder.Use(inner => new FailureChatClient(inner, providerName));
}
