using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Turns;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Convo.Web.Endpoints;

/// <summary>Messages and their turns: <c>/api/convo/threads/{id}/messages</c> and <c>/api/convo/messages</c>.</summary>
internal static class MessageEndpoints
{
    public static RouteGroupBuilder MapMessageEndpoints(this IEndpointRouteBuilder routes)
    {
        var threads = routes.MapGroup("/api/convo/threads/{threadId:guid}/messages").WithTags("Messages");
        threads.MapGet("/", PathAsync).WithSummary("The path from the root to a leaf (the active one by default), oldest first");
        threads.MapPost("/", SubmitAsync).ProducesTurn().WithSummary("Send a message and have it answered, as a stream or in the background");

        var group = routes.MapGroup("/api/convo/messages").WithTags("Messages");
        group.MapPost("/stream", SubmitAndStreamAsync).ProducesTurn().WithSummary("Send a message, in a new thread when none is named, and stream the answer");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One message");
        group.MapPatch("/{id:guid}", EditAsync).ProducesTurn().WithSummary("A user message: a new branch, answered on request. An answer: a revision");
        group.MapGet("/{id:guid}/stream", StreamAsync).ProducesTurn().WithSummary("The events of a running or finished turn, resumable");
        group.MapPost("/{id:guid}/stop", StopAsync).WithSummary("Stop the turn; the partial answer is kept and billed");
        group.MapPost("/{id:guid}/regenerate", RegenerateAsync).ProducesTurn().WithSummary("Another answer to the same message");
        group.MapGet("/{id:guid}/revisions", RevisionsAsync).WithSummary("Every earlier text with who, when and why");
        return group;
    }

    private static RouteHandlerBuilder ProducesTurn(this RouteHandlerBuilder route) => route
        .Produces<AcceptedBody>(StatusCodes.Status202Accepted)
        .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");

    private static async Task<Ok<ListBody<MessageBody>>> PathAsync(
        Guid threadId, Caller caller, IConversationService conversations, CancellationToken cancellationToken,
        Guid? leaf = null, Guid? before = null, int limit = 200)
    {
        var path = await conversations.PathAsync(caller, threadId, leaf, before, PageSize.Check(limit), cancellationToken);
        // The next page is what stands above the first message of this one.
        var next = path.Count == limit && path[0].ParentId is not null ? path[0].Id.ToString() : null;
        return TypedResults.Ok(new ListBody<MessageBody>([.. path.Select(MessageBody.Of)], next));
    }

    private static async Task<Ok<MessageBody>> GetAsync(Guid id, Caller caller, IConversationService conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(MessageBody.Of(await conversations.GetMessageAsync(caller, id, cancellationToken)));

    private static async Task<IResult> SubmitAsync(
        Guid threadId, SubmitBody body, Caller caller, TurnResponses responses, ITurnService turns, HttpRequest request, CancellationToken cancellationToken,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null) =>
        responses.Answer(request, caller, await turns.SubmitAsync(caller, body.ToRequest(threadId, idempotencyKey), cancellationToken));

    private static async Task<IResult> SubmitAndStreamAsync(
        SubmitBody body, Caller caller, TurnResponses responses, ITurnService turns, CancellationToken cancellationToken,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null) =>
        responses.Stream(caller, await turns.SubmitAsync(caller, body.ToRequest(body.ThreadId, idempotencyKey), cancellationToken));

    private static async Task<IResult> StreamAsync(
        Guid id, Caller caller, TurnResponses responses, IConversationService conversations, CancellationToken cancellationToken,
        long? after = null, [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null) =>
        await responses.ResumeAsync(caller, await conversations.GetMessageAsync(caller, id, cancellationToken), after, lastEventId);

    private static async Task<Accepted<MessageBody>> StopAsync(
        Guid id, Caller caller, ITurnService turns, IConversationService conversations, CancellationToken cancellationToken)
    {
        await turns.StopAsync(caller, id, cancellationToken);
        return TypedResults.Accepted($"/api/convo/messages/{id}", MessageBody.Of(await conversations.GetMessageAsync(caller, id, cancellationToken)));
    }

    private static async Task<IResult> RegenerateAsync(
        Guid id, RegenerateBody? body, Caller caller, TurnResponses responses, ITurnService turns, HttpRequest request, CancellationToken cancellationToken,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null) =>
        responses.Answer(request, caller, await turns.RegenerateAsync(
            caller, id, new RegenerateMessage(body?.Model, body?.Temperature, idempotencyKey), cancellationToken));

    private static async Task<IResult> EditAsync(
        Guid id, EditBody body, Caller caller, TurnResponses responses, ITurnService turns, IConversationService conversations,
        HttpRequest request, CancellationToken cancellationToken, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null)
    {
        var message = await conversations.GetMessageAsync(caller, id, cancellationToken);
        var content = body.Content ?? "";
        if (message.Role != MessageRole.User)
        {
            return TypedResults.Ok(MessageBody.Of(await conversations.ReviseAsync(caller, id, content, cancellationToken)));
        }

        if (!body.Regenerate)
        {
            return TypedResults.Ok(MessageBody.Of(await conversations.BranchAsync(caller, id, content, cancellationToken)));
        }

        var branch = new SubmitMessage(
            message.ThreadId, content, message.ParentId, AsRoot: message.ParentId is null,
            [.. message.Attachments.Select(a => a.Id)], IdempotencyKey: idempotencyKey);
        return responses.Answer(request, caller, await turns.SubmitAsync(caller, branch, cancellationToken));
    }

    private static async Task<Ok<ListBody<RevisionBody>>> RevisionsAsync(
        Guid id, Caller caller, IConversationService conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ListBody<RevisionBody>([.. (await conversations.RevisionsAsync(caller, id, cancellationToken)).Select(RevisionBody.Of)]));
}
