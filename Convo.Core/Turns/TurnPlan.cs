using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Usage;

namespace Convo.Core.Turns;

/// <summary>What a turn was started with.</summary>
internal sealed record TurnPlan(
    Caller Caller,
    Guid TurnId,
    Guid ThreadId,
    Guid UserMessageId,
    Guid AnswerId,
    ModelInfo Model,
    double? Temperature,
    string? SystemPrompt,
    IReadOnlyList<Guid> CollectionIds,
    Hold Hold,
    DateTimeOffset AcceptedAt,
    DateTimeOffset LeaseUntil)
{
    /// <summary>The messages from the root to the question, when they are known already.</summary>
    public IReadOnlyList<Message>? Path { get; init; }
}
