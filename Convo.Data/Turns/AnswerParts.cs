using Convo.Core.Turns;
using Convo.Data.Knowledge;

namespace Convo.Data.Turns;

/// <summary>What is kept with an answer in tables of its own: citations, and what was retrieved for it.</summary>
internal static class AnswerParts
{
    public static async Task SaveAsync(DbSession session, FinishedTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Citations.Count > 0)
        {
            await CitationSql.SaveAsync(session, turn.AnswerId, turn.Citations, cancellationToken).ConfigureAwait(false);
        }

        if (turn.Retrieval is { } retrieval)
        {
            await RetrievalSql.SaveAsync(session, turn.AnswerId, retrieval, cancellationToken).ConfigureAwait(false);
        }
    }
}
