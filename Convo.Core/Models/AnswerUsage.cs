using Microsoft.Extensions.AI;

namespace Convo.Core.Models;

/// <summary>What one call used, as it is stored and billed.</summary>
/// <param name="CachedInputTokens">Part of the input.</param>
/// <param name="ReasoningTokens">Part of the output.</param>
/// <param name="Estimated">Counted here, not told by the provider.</param>
public sealed record AnswerUsage(int InputTokens, int CachedInputTokens, int OutputTokens, int ReasoningTokens, bool Estimated)
{
    /// <summary>Tokens that a chat format adds around each message; OpenAI's published figure for its own (3, and the role's 1).</summary>
    private const int TokensPerMessage = 4;

    /// <summary>What makers charge at most for one picture that was scaled to what they look at: about 1,600 (Anthropic), 1,105 (OpenAI), 258 a tile (Gemini).</summary>
    public const int TokensPerPicture = 1600;

    /// <summary>Reads what the pipeline's last <see cref="UsageContent"/> says.</summary>
    public static AnswerUsage From(UsageDetails details) => new(
        (int)(details.InputTokenCount ?? 0),
        (int)(details.CachedInputTokenCount ?? 0),
        (int)(details.OutputTokenCount ?? 0),
        (int)(details.ReasoningTokenCount ?? 0),
        UsageMarks.IsEstimated(details));

    /// <summary>What a call used whose stream was stopped or cut before the provider told: the prompt, and the text that arrived.</summary>
    public static AnswerUsage Estimate(ITokenCounter counter, IEnumerable<ChatMessage> prompt, string text) =>
        new(CountPrompt(counter, prompt), 0, counter.Count(text), 0, Estimated: true);

    /// <summary>Tokens of a prompt, near enough to reserve by.</summary>
    public static int CountPrompt(ITokenCounter counter, IEnumerable<ChatMessage> prompt) => prompt.Sum(m => counter.Count(m.Text) + TokensPerMessage + (m.Contents.Count(c => c is DataContent) * TokensPerPicture));
}
