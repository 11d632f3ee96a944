using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// Stops reading an answer that runs past every limit, with finish reason <c>length</c>: some servers pass over the output limit they are
/// sent, and the budget holds only what was allowed.
/// </summary>
internal sealed class LengthCapChatClient(IChatClient inner, int maxCharacters) : StreamMiddleware(inner)
{
    /// <summary>More characters than a token ever has in ordinary text; an honest answer never reaches its limit times this.</summary>
    private const int MostCharactersPerToken = 16;

    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = Math.Min(maxCharacters, (options?.MaxOutputTokens ?? int.MaxValue / MostCharactersPerToken) * (long)MostCharactersPerToken);
        await foreach (var update in InnerAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            var length = update.Contents.Sum(c => c switch { TextContent t => t.Text.Length, TextReasoningContent r => r.Text.Length, _ => 0 });
            if (length > left)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, Cut(update.Text, (int)left)) { FinishReason = ChatFinishReason.Length };
                yield break;
            }

            left -= length;
            yield return update;
        }
    }

    private static string Cut(string text, int length)
    {
        length = Math.Min(length, text.Length);

        // Half a surrogate pair is no text and cannot be stored.
        return length > 0 && char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }
}

internal static class LengthCapChatClientExtensions
{
    public static ChatClientBuilder UseLengthCap(this ChatClientBuilder builder, int maxCharacters) =>
        builder.Use(inner => new LengthCapChatClient(inner, maxCharacters));
}
