using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;

namespace Convo.Core.Knowledge;

/// <summary>Makes a follow-up question self-contained, so that it can be searched for.</summary>
public interface IQuestionRewriter
{
    /// <returns>The question itself when it stands alone; never empty for a question that is not.</returns>
    Task<string> RewriteAsync(FollowUpQuestion question, CancellationToken cancellationToken);
}

/// <param name="MessageId">The answer it is asked for, which the ledger names.</param>
/// <param name="Model">The thread's model, which rewrites when it can.</param>
/// <param name="Path">Root to question; the last one is the question.</param>
public sealed record FollowUpQuestion(Caller Caller, Guid ThreadId, Guid MessageId, ModelInfo Model, IReadOnlyList<Message> Path);
