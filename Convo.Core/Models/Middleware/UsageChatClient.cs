using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// Ends every whole answer with exactly one <see cref="UsageContent"/>. Providers send usage once, with every chunk, or never; the last
/// figures hold. Where there are none, or they cannot be right, the tokens are counted and marked (<see cref="UsageMarks"/>).
/// </summary>
internal sealed class UsageChatClient(IChatClient inner, ITokenCounter counter) : StreamMiddleware(inner)
{
    /// <summary>Tokenizers differ, but not by this factor; an output figure that is smaller than the text by more is a fault.</summary>
    private const int MostTokenizerSpread = 4;

    /// <summary>More than any model reads or writes in one call: a larger figure is a fault.</summary>
    private const long MostTokens = 100_000_000;

    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UsageDetails? told = null;
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        ChatResponseUpdate? last = null;
        await foreach (var update in InnerAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            last = update;
            foreach (var content in update.Contents)
            {
                told = content is UsageContent usage ? usage.Details : told;
                text.Append((content as TextContent)?.Text);
                reasoning.Append((content as TextReasoningContent)?.Text);
            }

            if (update.Contents.Any(c => c is UsageContent))
            {
                update.Contents = [.. update.Contents.Where(c => c is not UsageContent)];
            }

            yield return update;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Settle(told, messages, text.ToString(), reasoning.ToString()))])
        {
            FinishReason = last?.FinishReason,
            ResponseId = last?.ResponseId,
            MessageId = last?.MessageId,
            ModelId = last?.ModelId,
        };
    }

    private UsageDetails Settle(UsageDetails? told, IReadOnlyList<ChatMessage> messages, string text, string reasoning)
    {
        var written = counter.Count(text);
        var thought = counter.Count(reasoning);
        var input = told?.InputTokenCount is > 0 and <= MostTokens and var i ? i : (long?)null;
        var output = told?.OutputTokenCount is >= 0 and <= MostTokens and var o && o * MostTokenizerSpread >= written ? o : (long?)null;
        var finalInput = input ?? AnswerUsage.CountPrompt(counter, messages);
        var finalOutput = output ?? written + thought;
        var settled = new UsageDetails
        {
            InputTokenCount = finalInput,
            CachedInputTokenCount = Math.Clamp(told?.CachedInputTokenCount ?? 0, 0, finalInput),
            OutputTokenCount = finalOutput,
            ReasoningTokenCount = Math.Clamp(output is null ? thought : told?.ReasoningTokenCount ?? 0, 0, finalOutput),
            TotalTokenCount = finalInput + finalOutput,
        };
        return input is null || output is null ? UsageMarks.MarkEstimated(settled) : settled;
    }
}

internal static class UsageChatClientExtensions
{
    public static ChatClientBuilder UseUsage(this ChatClientBuilder builder, ITokenCounter counter) => builder.Use(inner => new UsageChatClient(inner, counter));
}
