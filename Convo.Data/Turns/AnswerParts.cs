using Convo.Core.Turns;
using Convo.Data.Knowledge;

namespace Convo.Data.Turns;

/// <summary>What is kept with an answer besides its text: citations, what was retrieved for it, how much of the chat it saw, and who answered.</summary>
internal static class AnswerParts
{
    private const string PromptSql =
        """
        UPDATE conversation_messages
           SET omitted_messages = coalesce(@omitted, omitted_messages), model = coalesce(@model, model), provider = coalesce(@provider, provider)
         WHERE id = @answerId
        """;

    public static async Task SaveAsync(DbSession session, FinishedTurn turn, CancellationToken cancellationToken)
    {
        if (turn.OmittedMessages is not null || turn.AnsweredBy is not null)
        {
            await session.ExecuteAsync(
                PromptSql,
                new { answerId = turn.AnswerId, omitted = turn.OmittedMessages, model = turn.AnsweredBy?.Id, provider = turn.AnsweredBy?.Provider },
                cancellationToken).ConfigureAwait(false);
        }

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
