using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>
/// Other people's messages, for administrators. Editing is always possible and always leaves a revision; reading is off unless the organisation
/// allows it. What reads is a POST: it needs a reason, and it writes the audit log.
/// </summary>
internal static class AdminMessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder admin)
    {
        admin.MapPatch("/messages/{id:guid}", EditAsync).WithSummary("Changes anyone's message: a reason is needed, the former text becomes a revision.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        admin.MapPost("/messages/{id:guid}/revisions", RevisionsAsync).WithSummary("Every earlier text of a message, where the organisation allows it.");
        admin.MapPost("/users/{id:guid}/threads", ListAsync).WithSummary("A person's threads, where the organisation allows it.");
        admin.MapPost("/threads/{id:guid}/open", OpenAsync).WithSummary("A person's thread with all its messages, where the organisation allows it.");
    }

    private static async Task<Ok<MessageBody>> EditAsync(
        Guid id, AdminEditBody body, Caller caller, IAdminConversations conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(MessageBody.Of(await conversations.EditAsync(caller, id, body.Content, body.Reason, cancellationToken)));

    private static async Task<Ok<ListBody<RevisionBody>>> RevisionsAsync(
        Guid id, ReasonBody body, Caller caller, IAdminConversations conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ListBody<RevisionBody>(
            [.. (await conversations.RevisionsAsync(caller, id, body.Reason, cancellationToken)).Select(RevisionBody.Of)]));

    private static async Task<Ok<ListBody<ThreadSummary>>> ListAsync(
        Guid id, ReasonBody body, Caller caller, IAdminConversations conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ListBody<ThreadSummary>(await conversations.ListAsync(caller, id, body.Reason, cancellationToken)));

    private static async Task<Ok<OpenedThreadBody>> OpenAsync(
        Guid id, ReasonBody body, Caller caller, IAdminConversations conversations, CancellationToken cancellationToken)
    {
        var opened = await conversations.OpenAsync(caller, id, body.Reason, cancellationToken);
        return TypedResults.Ok(new OpenedThreadBody(
            ThreadBody.Of(opened.Thread), opened.Thread.OwnerId, opened.OwnerName, opened.OwnerEmail, [.. opened.Messages.Select(MessageBody.Of)]));
    }
}

/// <param name="Content">The new text.</param>
/// <param name="Reason">Shown to the owner and kept in the audit log.</param>
internal sealed record AdminEditBody(string? Content = null, string? Reason = null);

/// <param name="Reason">Kept in the audit log.</param>
internal sealed record ReasonBody(string? Reason = null);

internal sealed record OpenedThreadBody(ThreadBody Thread, Guid OwnerId, string OwnerName, string OwnerEmail, IReadOnlyList<MessageBody> Messages);
