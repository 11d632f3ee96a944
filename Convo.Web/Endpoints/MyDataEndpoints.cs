using Convo.Core.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>A person's own data. The account itself is deleted by a form of the settings, <see cref="AccountFormEndpoints"/>.</summary>
internal static class MyDataEndpoints
{
    public static RouteGroupBuilder MapMyDataEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/convo/me").WithTags("Account");
        group.MapGet("/export", Export).WithSummary("Everything that Convo holds of the caller, as a zip.").Produces(StatusCodes.Status200OK, contentType: "application/zip");
        group.MapDelete("/data", DeleteAsync).WithSummary("Deletes the caller's threads, files and collections; the account stays.");
        return group;
    }

    private static PushStreamHttpResult Export(Caller caller, IMyData data, HttpContext context) => TypedResults.Stream(
        output => data.ExportAsync(caller, output, context.RequestAborted), "application/zip", "convo-my-data.zip");

    private static Task<DeletedData> DeleteAsync(Caller caller, IMyData data, CancellationToken cancellationToken) => data.DeleteAsync(caller, cancellationToken);
}
