using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Data.Conversations;

/// <summary>A message as the statements of this slice select it.</summary>
internal sealed record MessageRow(
    Guid Id,
    Guid ThreadId,
    Guid? ParentId,
    MessageRole Role,
    string Content,
    MessageStatus Status,
    string? Model,
    string? Provider,
    Guid? TurnId,
    long LastSeq,
    string? FinishReason,
    string? ErrorCode,
    string? ErrorDetail,
    int? InputTokens,
    int? CachedInputTokens,
    int? OutputTokens,
    int? ReasoningTokens,
    decimal? Cost,
    bool UsageEstimated,
    int? FirstDeltaMs,
    int? DurationMs,
    DateTimeOffset? EditedAt,
    bool EditedByAdmin,
    DateTimeOffset CreatedAt,
    int? OmittedMessages,
    Guid[] SiblingIds)
{
    /// <summary>Of <c>conversation_messages m</c>.</summary>
    public const string Columns =
        """
        m.id, m.thread_id, m.parent_id, m.role, m.content, m.status, m.model, m.provider, m.turn_id, m.last_seq, m.finish_reason,
        m.error_code, m.error_detail, m.input_tokens, m.cached_input_tokens, m.output_tokens, m.reasoning_tokens, m.cost, m.usage_estimated,
        m.first_delta_ms, m.duration_ms, m.edited_at, m.edited_by_admin, m.created_at, m.omitted_messages,
        ARRAY(SELECT s.id
                FROM conversation_messages s
               WHERE s.thread_id = m.thread_id AND s.parent_id IS NOT DISTINCT FROM m.parent_id AND s.role = m.role
               ORDER BY s.created_at, s.id) AS sibling_ids
        """;

    public Message ToMessage(IEnumerable<MessageAttachment> attachments, IEnumerable<Citation> citations) => new()
    {
        Id = Id,
        ThreadId = ThreadId,
        ParentId = ParentId,
        Role = Role,
        Content = Content,
        Status = Status,
        Model = Model,
        Provider = Provider,
        TurnId = TurnId,
        LastSeq = LastSeq,
        CreatedAt = CreatedAt,
        EditedAt = EditedAt,
        EditedByAdmin = EditedByAdmin,
        // While it streams the row holds only the size of the prompt, for the reaper.
        Usage = Status != MessageStatus.Streaming && InputTokens is { } input && OutputTokens is { } output
            ? new MessageUsage(input, CachedInputTokens ?? 0, output, ReasoningTokens ?? 0, Cost, UsageEstimated)
            : null,
        FinishReason = FinishReason,
        Error = ErrorCode is null ? null : new Problem(ErrorCode, ErrorDetail ?? ""),
        TimeToFirstDelta = FirstDeltaMs is { } first ? TimeSpan.FromMilliseconds(first) : null,
        Duration = DurationMs is { } duration ? TimeSpan.FromMilliseconds(duration) : null,
        OmittedMessages = OmittedMessages ?? 0,
        Attachments = [.. attachments],
        Citations = [.. citations],
        SiblingIds = SiblingIds,
        SiblingIndex = Math.Max(0, Array.IndexOf(SiblingIds, Id)),
    };
}
