using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Web.Endpoints;

/// <summary>The two answers to a started turn: its event stream, or 202 with where to find it.</summary>
internal sealed class TurnResponses(ITurnReader reader, TimeProvider time)
{
    public IResult Answer(HttpRequest request, Caller caller, AcceptedTurn turn) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
            ? Stream(caller, turn)
            : TypedResults.Accepted($"/api/convo/messages/{turn.Message.Id}", AcceptedBody.Of(turn));

    public IResult Stream(Caller caller, AcceptedTurn turn) => new TurnEventStream(reader, caller, turn.Message.Id, 0, time);

    /// <param name="after">The query's place; the header of a reconnecting EventSource wins, because it is the later one.</param>
    public Task<IResult> ResumeAsync(Caller caller, Message message, long? after, string? lastEventId)
    {
        var from = after ?? 0;
        if (lastEventId is { Length: > 0 } && !long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw ConvoException.Invalid("Last-Event-ID", "Last-Event-ID must be the id of an event of this stream, a number.");
        }

        if (from < 0)
        {
            throw ConvoException.Invalid("after", "after must be 0 or more.");
        }

        return message.Role == MessageRole.Assistant
            ? Task.FromResult<IResult>(new TurnEventStream(reader, caller, message.Id, from, time))
            : throw ConvoException.NotFound("answer");
    }
}
