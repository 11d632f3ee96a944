using Convo.Core.Conversations;

namespace Convo.Core.Turns;

/// <summary>Tells a finished turn from its stored message, when its log has expired.</summary>
internal static class StoredTurn
{
    /// <summary>
    /// What a reader at <paramref name="position"/> still lacks: the rest of the text as one delta, citations, usage, the end. Numbered
    /// so that the last event has the turn's last seq, as the log had it. When it is not known how much text the reader has, everything is
    /// told again from a <c>start</c> on, where readers that have text begin anew.
    /// </summary>
    public static IReadOnlyList<TurnEvent> After(Message message, ReadPosition position)
    {
        if (position.Seq == message.LastSeq)
        {
            return [];
        }

        List<TurnEventData> rest = [];
        // Beyond the end: the reader has seen what was lost with a node and its log together. It is told everything again.
        var again = position.TextLength == 0 || position.Seq > message.LastSeq;
        if (again)
        {
            rest.Add(new TurnStarted(message.ThreadId, message.ParentId, message.Id, message.Model ?? "", message.Provider ?? ""));
        }

        var told = again ? 0 : position.TextLength;
        if (message.Content.Length > told)
        {
            rest.Add(new TurnDelta(message.Content[told..]));
        }

        if (message.Citations.Count > 0)
        {
            rest.Add(new TurnCitations(message.Citations));
        }

        if (message.Usage is { } used)
        {
            rest.Add(new TurnUsage(used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens, used.Cost, used.Estimated, null));
        }

        rest.Add(message.Error is { } error
            ? new TurnFailed(message.Id, message.Status, error.Code, error.Detail)
            : new TurnDone(message.Id, message.Status, message.FinishReason));
        var first = Math.Max(position.Seq + 1, message.LastSeq - rest.Count + 1);
        return [.. rest.Select((data, i) => new TurnEvent(first + i, data))];
    }
}
