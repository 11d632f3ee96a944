using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Convo.Web.Endpoints;

/// <summary>Files: <c>/api/convo/attachments</c>.</summary>
internal static class AttachmentEndpoints
{
    public static RouteGroupBuilder MapAttachmentEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/attachments").WithTags("Files");
        group.MapGet("/", ListAsync).WithSummary("Own files, newest first");
        group.MapPost("/", UploadAsync).Accepts<IFormFile>("multipart/form-data").WithSummary("Upload one file (field file) to a thread or a collection, or to neither");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("State of a file: stage, progress, pages, passages, error");
        group.MapGet("/{id:guid}/content", ContentAsync).WithSummary("The original file, always as a download");
        group.MapGet("/{id:guid}/events", Events).WithSummary("The file's state as an event stream until it is ready or failed");
        group.MapPost("/{id:guid}/retry", RetryAsync).WithSummary("Try a failed file again from the stage that failed");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete the file and everything that could be found of it");
        group.MapGet("/chunks/{id:guid}/source", SourceAsync).WithSummary("The text around a cited passage");
        return group;
    }

    private static async Task<Ok<ListBody<AttachmentBody>>> ListAsync(
        Caller caller, IAttachmentService attachments, CancellationToken cancellationToken, string? cursor = null, int limit = 50)
    {
        var page = await attachments.ListAsync(caller, cursor, PageSize.Check(limit), cancellationToken);
        return TypedResults.Ok(new ListBody<AttachmentBody>([.. page.Items.Select(AttachmentBody.Of)], page.NextCursor));
    }

    private static async Task<Created<AttachmentBody>> UploadAsync(
        HttpRequest request, Caller caller, IAttachmentService attachments, IOptions<AttachmentOptions> options, CancellationToken cancellationToken)
    {
        var upload = new MultipartUpload(request, options.Value.MaxBytes);
        var attachment = await upload.ReadAsync((file, content) => attachments.UploadAsync(caller, file, content, cancellationToken), cancellationToken);
        return TypedResults.Created($"/api/convo/attachments/{attachment.Id}", AttachmentBody.Of(attachment));
    }

    private static async Task<Ok<AttachmentBody>> GetAsync(Guid id, Caller caller, IAttachmentService attachments, CancellationToken cancellationToken) =>
        TypedResults.Ok(AttachmentBody.Of(await attachments.GetAsync(caller, id, cancellationToken)));

    private static async Task<FileStreamHttpResult> ContentAsync(
        Guid id, HttpResponse response, Caller caller, IAttachmentService attachments, CancellationToken cancellationToken)
    {
        var attachment = await attachments.GetAsync(caller, id, cancellationToken);
        var content = await attachments.OpenAsync(caller, id, cancellationToken);
        // Whatever the bytes are, no browser is to run them on Convo's address.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.CacheControl = "private, no-store";
        response.ContentLength = attachment.Size;
        return TypedResults.Stream(content, DownloadTypes.For(attachment.MediaType), attachment.Filename);
    }

    private static AttachmentEventStream Events(Guid id, Caller caller, IAttachmentService attachments, TimeProvider time) => new(attachments, caller, id, time);

    private static async Task<Ok<AttachmentBody>> RetryAsync(Guid id, Caller caller, IAttachmentService attachments, CancellationToken cancellationToken) =>
        TypedResults.Ok(AttachmentBody.Of(await attachments.RetryAsync(caller, id, cancellationToken)));

    private static async Task<NoContent> DeleteAsync(Guid id, Caller caller, IAttachmentService attachments, CancellationToken cancellationToken)
    {
        await attachments.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SourceBody>> SourceAsync(Guid id, Caller caller, IAttachmentService attachments, CancellationToken cancellationToken) =>
        TypedResults.Ok(SourceBody.Of(await attachments.SourceAsync(caller, id, cancellationToken)));
}

/// <summary>Media types a download may name. Everything else, HTML and SVG above all, is a heap of bytes.</summary>
internal static class DownloadTypes
{
    private const string Unnamed = "application/octet-stream";

    private static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "application/pdf", "application/json", "application/msword", "application/rtf", "application/epub+zip",
        "text/plain", "text/markdown", "text/csv", "message/rfc822", "image/png", "image/jpeg", "image/gif", "image/webp",
    };

    public static string For(string mediaType) =>
        Allowed.Contains(mediaType)
        || mediaType.StartsWith("application/vnd.openxmlformats-officedocument.", StringComparison.OrdinalIgnoreCase)
        || mediaType.StartsWith("application/vnd.oasis.opendocument.", StringComparison.OrdinalIgnoreCase)
            ? mediaType
            : Unnamed;
}
