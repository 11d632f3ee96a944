using Convo.Core.Accounts;
using Convo.Core.Conversations.Import;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary><c>POST /api/convo/threads/import</c>: the file is the body.</summary>
internal static class ThreadImportEndpoint
{
    public static async Task<Ok<ImportReport>> PostAsync(HttpRequest request, Caller caller, IThreadImport import, CancellationToken cancellationToken)
    {
        if (request.HasFormContentType)
        {
            throw new ConvoException(ProblemKind.UnsupportedType, "unsupported_type", "Send the file itself as the body, as application/json; with curl that is --data-binary @conversations.json.");
        }

        if (request.ContentLength > import.MaxBytes)
        {
            throw ImportRefusals.TooLarge(import.MaxBytes);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // One byte more, so that the import's own count refuses with its own words.
            limit.MaxRequestBodySize = import.MaxBytes + 1;
        }

        return TypedResults.Ok(await import.ImportAsync(caller, request.Body, null, cancellationToken));
    }
}
