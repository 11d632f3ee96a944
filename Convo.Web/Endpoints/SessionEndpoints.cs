using Convo.Core.Accounts;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints;

/// <summary>Where a person is signed in.</summary>
public static class SessionEndpoints
{
    public static RouteGroupBuilder MapSessionEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/convo/sessions").WithTags("Account");
        group.MapGet("", ListAsync).WithSummary("The browsers in which one is signed in, last seen first.");
        group.MapDelete("", EndOthersAsync).WithSummary("Signs out everywhere but here.");
        group.MapDelete("/{id:guid}", EndAsync).WithSummary("Signs one browser out.");
        return group;
    }

    private static async Task<ItemList<SessionView>> ListAsync(
        HttpContext context, Caller caller, ISessionService sessions, CancellationToken cancellationToken) =>
        new([.. (await sessions.ListAsync(caller, cancellationToken)).Select(session => SessionView.Of(session, context.User.SessionId()))]);

    private static async Task<IResult> EndAsync(Guid id, Caller caller, ISessionService sessions, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<EndedSessions> EndOthersAsync(
        HttpContext context, Caller caller, ISessionService sessions, CancellationToken cancellationToken) =>
        new(await sessions.EndOthersAsync(caller, context.User.SessionId(), cancellationToken));
}

/// <param name="Current">The browser that asks.</param>
public sealed record SessionView(
    Guid Id, SignInMethod Method, string UserAgent, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Current)
{
    public static SessionView Of(Session session, Guid? current) => new(
        session.Id, session.Method, session.UserAgent, session.Address, session.CreatedAt, session.LastSeenAt, session.Id == current);
}

/// <param name="Ended">How many sessions were ended.</param>
public sealed record EndedSessions(int Ended);
