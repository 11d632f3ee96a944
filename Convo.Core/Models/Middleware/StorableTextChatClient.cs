using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// Replaces U+0000 in what a model says: PostgreSQL stores no such character, so an answer that holds one could not be kept, and its turn not end.
/// Halves of surrogate pairs, which cannot be stored either, are refused where the stream is read.
/// </summary>
internal sealed class StorableTextChatClient(IChatClient inner) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in InnerAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            foreach (var content in update.Contents)
            {
                if (content is TextContent text) text.Text = Storable(text.Text);
                else if (content is TextReasoningContent reasoning) reasoning.Text = Storable(reasoning.Text);
            }

            yield return update;
        }
    }

    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}

internal static class StorableTextChatClientExtensions
{
    public static ChatClientBuilder UseStorableText(this ChatClientBuilder builder) => builder.Use(inner => new StorableTextChatClient(inner));
}
