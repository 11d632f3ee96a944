using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Tells the switcher what calls find out: a refused key, a server that is away, a model that has vanished, and that it works again.</summary>
internal sealed class HealthChatClient(IChatClient inner, ModelInfo model, ModelHealth health) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var updates = InnerAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            while (await NextAsync(updates).ConfigureAwait(false))
            {
                yield return updates.Current;
            }
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            var more = await updates.MoveNextAsync().ConfigureAwait(false);
            if (!more)
            {
                health.Worked(model);
            }

            return more;
        }
        catch (ProviderException e)
        {
            health.Failed(model, e);
            throw;
        }
    }
}

internal static class HealthChatClientExtensions
{
    public static ChatClientBuilder UseHealth(this ChatClientBuilder builder, ModelInfo model, ModelHealth health) =>
        builder.Use(inner => new HealthChatClient(inner, model, health));
}
