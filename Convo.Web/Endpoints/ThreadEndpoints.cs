using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>Threads: <c>/api/convo/threads</c>.</summary>
internal static class ThreadEndpoints
{
    public static RouteGroupBuilder MapThreadEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/threads").WithTags("Threads");
        group.MapGet("/", ListAsync).WithSummary("Own threads, newest activity first; q searches titles and texts");
        group.MapPost("/", CreateAsync).WithSummary("Make an empty thread");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One thread");
        group.MapPatch("/{id:guid}", ChangeAsync).WithSummary("Change what is named; null clears");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete the thread with its messages and files");
        group.MapGet("/{id:guid}/export", ThreadExport.GetAsync).WithSummary("The thread as a file: every branch as json, the shown one as markdown");
        group.MapPost("/import", ThreadImportEndpoint.PostAsync)
            .WithSummary("Take chats over: a thread that Convo exported, or the conversations.json of a ChatGPT export, as the body")
            .WithDescription("Each chat is stored whole or not at all; the answer lists what was imported and what was skipped and why. A repeat imports nothing twice.");
        return group;
    }

    private static async Task<Ok<ListBody<ThreadBody>>> ListAsync(
        Caller caller, IConversationService conversations, CancellationToken cancellationToken,
        string? q = null, bool archived = false, string? cursor = null, int limit = 50)
    {
        var page = await conversations.ListAsync(caller, new ThreadFilter(q, archived, cursor, PageSize.Check(limit)), cancellationToken);
        return TypedResults.Ok(new ListBody<ThreadBody>([.. page.Items.Select(ThreadBody.Of)], page.NextCursor));
    }

    private static async Task<Created<ThreadBody>> CreateAsync(
        NewThreadBody? body, Caller caller, IConversationService conversations, CancellationToken cancellationToken)
    {
        var thread = await conversations.CreateAsync(caller, body?.ToNewThread() ?? new NewThread(), cancellationToken);
        return TypedResults.Created($"/api/convo/threads/{thread.Id}", ThreadBody.Of(thread));
    }

    private static async Task<Ok<ThreadBody>> GetAsync(Guid id, Caller caller, IConversationService conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(ThreadBody.Of(await conversations.GetAsync(caller, id, cancellationToken)));

    private static async Task<Ok<ThreadBody>> ChangeAsync(
        Guid id, ThreadPatch body, Caller caller, IConversationService conversations, CancellationToken cancellationToken) =>
        TypedResults.Ok(ThreadBody.Of(await conversations.ChangeAsync(caller, id, body.ToChange(), cancellationToken)));

    private static async Task<NoContent> DeleteAsync(Guid id, Caller caller, IConversationService conversations, CancellationToken cancellationToken)
    {
        await conversations.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}

internal static class PageSize
{
    /// <exception cref="ConvoException">400 outside 1–200.</exception>
    public static int Check(int limit) =>
        limit is >= 1 and <= 200 ? limit : throw ConvoException.Invalid("limit", "limit must be between 1 and 200.");
}
