using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;

namespace Convo.Core.Turns;

/// <summary>How a turn ended.</summary>
/// <param name="RetryAfter">What the provider asked to wait.</param>
internal sealed record TurnOutcome(MessageStatus Status, Problem? Error = null, TimeSpan? RetryAfter = null)
{
    public static TurnOutcome Complete { get; } = new(MessageStatus.Complete);

    public static TurnOutcome Stopped { get; } = new(MessageStatus.Stopped);

    /// <summary>The node went away, or is about to.</summary>
    public static TurnOutcome Interrupted { get; } = new(
        MessageStatus.Interrupted,
        new Problem("interrupted", "Convo was restarted while this answer was being written. The text so far is kept; choose Regenerate for a new answer."));

    /// <summary>What a fault of the generation means for the answer.</summary>
    public static TurnOutcome Of(Exception fault) => fault switch
    {
        ProviderException { Code: ProviderErrors.StreamCut } cut => new(MessageStatus.Interrupted, cut.ToProblem()),
        ProviderException provider => new(MessageStatus.Failed, provider.ToProblem(), provider.RetryAfter),
        ConvoException known => new(MessageStatus.Failed, new Problem(known.Code, known.Message)),
        _ => new(MessageStatus.Failed, new Problem("internal_error", "Something in Convo failed while it prepared this answer. Try again; if it stays, tell your administrator the time it happened.")),
    };
}
