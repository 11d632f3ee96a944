using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers.Quoter;

/// <summary>Answers by quoting the passages of the prompt, word by word at a pace that can be read along.</summary>
internal sealed class QuoterChatClient(ITokenCounter counter, bool isAlone, TimeSpan pace, TimeProvider time) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] prompt = [.. messages];
        var whole = QuoterAnswer.To(QuoterPrompt.Read(prompt), isAlone);
        var text = Fit(whole, options?.MaxOutputTokens);
        foreach (var word in Words(text))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (pace > TimeSpan.Zero)
            {
                await Task.Delay(pace, time, cancellationToken).ConfigureAwait(false);
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, word);
        }

        var input = AnswerUsage.CountPrompt(counter, prompt);
        var output = counter.Count(text);
        yield return new ChatResponseUpdate(
            ChatRole.Assistant,
            [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output })])
        {
            FinishReason = text.Length < whole.Length ? ChatFinishReason.Length : ChatFinishReason.Stop,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private string Fit(string text, int? maxTokens)
    {
        if (maxTokens is not { } limit || counter.Count(text) <= limit)
        {
            return text;
        }

        string[] words = [.. Words(text)];
        var (fits, tooMany) = (0, words.Length);
        while (tooMany - fits > 1)
        {
            var middle = (fits + tooMany) / 2;
            (fits, tooMany) = counter.Count(string.Concat(words[..middle])) <= limit ? (middle, tooMany) : (fits, middle);
        }

        return string.Concat(words[..fits]);
    }

    /// <summary>Each word with the blanks after it: joined, they are the text.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i])))
            {
                yield return text[start..i];
                start = i;
            }
        }
    }
}
