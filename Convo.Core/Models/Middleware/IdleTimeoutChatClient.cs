using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Gives a provider up that is silent for too long: before its first update (thinking models need longer), or between two.</summary>
internal sealed class IdleTimeoutChatClient(IChatClient inner, TimeSpan first, TimeSpan idle, TimeProvider time) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        var updates = InnerAsync(messages, options, both.Token).GetAsyncEnumerator(both.Token);
        await using (updates.ConfigureAwait(false))
        {
            var limit = first;
            while (await NextAsync(updates, silence, limit, cancellationToken).ConfigureAwait(false))
            {
                limit = idle;
                yield return updates.Current;
            }
        }
    }

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, CancellationTokenSource silence, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Only the provider's silence counts, not the time that the reader takes.
        silence.CancelAfter(limit);
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(
                ProviderErrors.Timeout,
                string.Create(CultureInfo.InvariantCulture, $"The model was silent for {limit.TotalSeconds:0.#} s and was given up. What arrived is kept; try again or choose another model."),
                e);
        }
        finally
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}

internal static class IdleTimeoutChatClientExtensions
{
    public static ChatClientBuilder UseIdleTimeout(this ChatClientBuilder builder, TimeSpan first, TimeSpan idle, TimeProvider time) =>
        builder.Use(inner => new IdleTimeoutChatClient(inner, first, idle, time));
}
