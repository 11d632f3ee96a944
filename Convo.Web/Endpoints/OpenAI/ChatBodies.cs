using Convo.Core.Conversations;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>A whole answer (https://platform.openai.com/docs/api-reference/chat/object).</summary>
internal sealed record ChatBody(string Id, string Object, long Created, string Model, IReadOnlyList<ChoiceBody> Choices, UsageBody Usage);

internal sealed record ChoiceBody(int Index, AnswerBody Message, object? Logprobs, string FinishReason);

internal sealed record AnswerBody(string Role, string Content, string? Refusal);

/// <summary>One event of a stream (https://platform.openai.com/docs/api-reference/chat-streaming).</summary>
internal sealed record ChunkBody(string Id, string Object, long Created, string Model, IReadOnlyList<ChunkChoiceBody> Choices);

/// <summary>The same where the usage was asked for: null in every event but the last.</summary>
internal sealed record ChunkWithUsageBody(string Id, string Object, long Created, string Model, IReadOnlyList<ChunkChoiceBody> Choices, UsageBody? Usage);

internal sealed record ChunkChoiceBody(int Index, IReadOnlyDictionary<string, string> Delta, object? Logprobs, string? FinishReason);

internal sealed record UsageBody(
    int PromptTokens, int CompletionTokens, int TotalTokens, PromptDetailsBody PromptTokensDetails, CompletionDetailsBody CompletionTokensDetails)
{
    public static UsageBody Of(MessageUsage used) => new(
        used.InputTokens, used.OutputTokens, used.InputTokens + used.OutputTokens,
        new PromptDetailsBody(used.CachedInputTokens), new CompletionDetailsBody(used.ReasoningTokens));
}

internal sealed record PromptDetailsBody(int CachedTokens);

internal sealed record CompletionDetailsBody(int ReasoningTokens);
