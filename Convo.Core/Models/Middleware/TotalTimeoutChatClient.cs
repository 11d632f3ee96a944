using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Bounds a whole answer, its tries and the waits between them included.</summary>
internal sealed class TotalTimeoutChatClient(IChatClient inner, TimeSpan limit, TimeProvider time) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var total = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
        var updates = InnerAsync(messages, options, both.Token).GetAsyncEnumerator(both.Token);
        await using (updates.ConfigureAwait(false))
        {
            while (await NextAsync(updates, total, cancellationToken).ConfigureAwait(false))
            {
                yield return updates.Current;
            }
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationTokenSource total, CancellationToken cancellationToken)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (total.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(
                ProviderErrors.Timeout,
                string.Create(CultureInfo.InvariantCulture, $"The answer was not complete after {limit.TotalMinutes:0.#} minutes and was cut off. What arrived is kept; ask for a shorter answer or choose another model."),
                e);
        }
    }
}

internal static class TotalTimeoutChatClientExtensions
{
    public static ChatClientBuilder UseTotalTimeout(this ChatClientBuilder builder, TimeSpan limit, TimeProvider time) =>
        builder.Use(inner => new TotalTimeoutChatClient(inner, limit, time));
}
