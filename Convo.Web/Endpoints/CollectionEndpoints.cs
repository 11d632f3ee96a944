using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>Shared libraries and who may read or write them: <c>/api/convo/collections</c>.</summary>
internal static class CollectionEndpoints
{
    public static RouteGroupBuilder MapCollectionEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/collections").WithTags("Collections");
        group.MapGet("/", ListAsync).WithSummary("Own collections and those shared with the caller, newest first");
        group.MapPost("/", CreateAsync).WithSummary("Make a collection, shared with the members that are named");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One collection with its members");
        group.MapPatch("/{id:guid}", ChangeAsync).WithSummary("Rename it, describe it, or share it anew (members is the whole list)");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete it with its files");
        group.MapGet("/{id:guid}/attachments", FilesAsync).WithSummary("Its files, newest first");
        group.MapPut("/{id:guid}/attachments/{attachmentId:guid}", AttachAsync).WithSummary("Put one of the caller's own files into it");
        group.MapDelete("/{id:guid}/attachments/{attachmentId:guid}", DetachAsync).WithSummary("Take a file out; it stays its owner's");
        return group;
    }

    private static async Task<Ok<ListBody<CollectionBody>>> ListAsync(
        Caller caller, ICollectionService collections, CancellationToken cancellationToken, string? cursor = null, int limit = 50)
    {
        var page = await collections.ListAsync(caller, cursor, limit, cancellationToken);
        return TypedResults.Ok(new ListBody<CollectionBody>([.. page.Items.Select(c => CollectionBody.Of(c))], page.NextCursor));
    }

    private static async Task<Created<CollectionBody>> CreateAsync(
        CollectionChangeBody body, Caller caller, ICollectionService collections, CancellationToken cancellationToken)
    {
        var collection = await collections.CreateAsync(caller, body.ToChange(), cancellationToken);
        var members = await collections.MembersAsync(caller, collection.Id, cancellationToken);
        return TypedResults.Created($"/api/convo/collections/{collection.Id}", CollectionBody.Of(collection, members));
    }

    private static async Task<Ok<CollectionBody>> GetAsync(Guid id, Caller caller, ICollectionService collections, CancellationToken cancellationToken) =>
        TypedResults.Ok(CollectionBody.Of(
            await collections.GetAsync(caller, id, cancellationToken), await collections.MembersAsync(caller, id, cancellationToken)));

    private static async Task<Ok<CollectionBody>> ChangeAsync(
        Guid id, CollectionChangeBody body, Caller caller, ICollectionService collections, CancellationToken cancellationToken)
    {
        var collection = await collections.ChangeAsync(caller, id, body.ToChange(), cancellationToken);
        return TypedResults.Ok(CollectionBody.Of(collection, await collections.MembersAsync(caller, id, cancellationToken)));
    }

    private static async Task<NoContent> DeleteAsync(Guid id, Caller caller, ICollectionService collections, CancellationToken cancellationToken)
    {
        await collections.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ListBody<AttachmentBody>>> FilesAsync(
        Guid id, Caller caller, ICollectionService collections, CancellationToken cancellationToken, string? cursor = null, int limit = 50)
    {
        var page = await collections.FilesAsync(caller, id, cursor, limit, cancellationToken);
        return TypedResults.Ok(new ListBody<AttachmentBody>([.. page.Items.Select(AttachmentBody.Of)], page.NextCursor));
    }

    private static async Task<NoContent> AttachAsync(
        Guid id, Guid attachmentId, Caller caller, ICollectionService collections, CancellationToken cancellationToken)
    {
        await collections.AttachAsync(caller, id, attachmentId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> DetachAsync(
        Guid id, Guid attachmentId, Caller caller, ICollectionService collections, CancellationToken cancellationToken)
    {
        await collections.DetachAsync(caller, id, attachmentId, cancellationToken);
        return TypedResults.NoContent();
    }
}
