using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Convo.Web.Endpoints;

/// <summary>People and their keys, for administrators. The services check the role again.</summary>
public static class AdminEndpoints
{
    public static RouteGroupBuilder MapAdminEndpoints(this IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/convo/admin").WithTags("Administration").RequireAuthorization(Roles.Admin);

        var users = admin.MapGroup("/users");
        users.MapGet("", ListUsersAsync).WithSummary("People, newest first; q searches names and addresses.");
        users.MapPost("", CreateUserAsync).WithSummary("A new person. Without a password the answer has an invitation link.")
            .Produces<CreatedUserView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict);
        users.MapGet("/{id:guid}", GetUserAsync).WithSummary("One person.");
        users.MapPatch("/{id:guid}", ChangeUserAsync).WithSummary("Changes name, role, team or disables; ends sessions where that matters.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapDelete("/{id:guid}", DeleteUserAsync).WithSummary("Deletes a person with their threads, files and keys.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/{id:guid}/link", CreateLinkAsync).WithSummary("A one-time link to choose a (new) password.")
            .Produces<LinkView>(StatusCodes.Status201Created);

        users.MapGet("/{id:guid}/sessions", ListSessionsAsync).WithSummary("Where a person is signed in.");
        users.MapDelete("/{id:guid}/sessions", EndSessionsAsync).WithSummary("Signs a person out everywhere.");

        var keys = admin.MapGroup("/api-keys");
        keys.MapGet("", ListKeysAsync).WithSummary("Everyone's API keys, or one person's.");
        keys.MapPost("", CreateKeyAsync).WithSummary("A key for a person. It is shown this once.").Produces<NewKeyView>(StatusCodes.Status201Created);
        keys.MapDelete("/{id:guid}", RevokeKeyAsync).WithSummary("Ends anyone's key.");

        admin.MapTeams();
        admin.MapMessages();
        admin.MapAudit();
        return admin;
    }

    private static Task<Page<User>> ListUsersAsync(
        Caller caller, IUserAdministration users, CancellationToken cancellationToken, string? q = null, string? cursor = null, int limit = 50,
        [FromQuery(Name = "team_id")] Guid? teamId = null) =>
        users.ListAsync(caller, new UserFilter(q, cursor, limit, teamId), cancellationToken);

    private static async Task<IResult> CreateUserAsync(
        Caller caller, NewUser body, IUserAdministration users, PublicUrl url, CancellationToken cancellationToken)
    {
        var (user, token) = await users.CreateAsync(caller, body, cancellationToken);
        var view = CreatedUserView.Of(user, token is null ? null : SetupLink.Of(url.Get(), token));
        return TypedResults.Created($"/api/convo/admin/users/{user.Id}", view);
    }

    private static Task<User> GetUserAsync(Guid id, Caller caller, IUserAdministration users, CancellationToken cancellationToken) =>
        users.GetAsync(caller, id, cancellationToken);

    private static Task<User> ChangeUserAsync(Guid id, Caller caller, UserChange body, IUserAdministration users, CancellationToken cancellationToken) =>
        users.ChangeAsync(caller, id, body, cancellationToken);

    private static async Task<IResult> DeleteUserAsync(Guid id, Caller caller, IUserAdministration users, CancellationToken cancellationToken)
    {
        await users.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CreateLinkAsync(
        Guid id, Caller caller, IUserAdministration users, PublicUrl url, CancellationToken cancellationToken) =>
        TypedResults.Created((string?)null, new LinkView(SetupLink.Of(url.Get(), await users.CreateLinkAsync(caller, id, cancellationToken))));

    private static async Task<ItemList<SessionView>> ListSessionsAsync(Guid id, Caller caller, ISessionService sessions, CancellationToken cancellationToken) =>
        new([.. (await sessions.ListOfAsync(caller, id, cancellationToken)).Select(session => SessionView.Of(session, current: null))]);

    private static async Task<EndedSessions> EndSessionsAsync(Guid id, Caller caller, ISessionService sessions, CancellationToken cancellationToken) =>
        new(await sessions.EndAllOfAsync(caller, id, cancellationToken));

    private static async Task<ItemList<ApiKey>> ListKeysAsync(
        Caller caller, IApiKeyService keys, CancellationToken cancellationToken, [FromQuery(Name = "user_id")] Guid? userId = null) =>
        new(await keys.ListOfAsync(caller, userId, cancellationToken));

    private static async Task<IResult> CreateKeyAsync(Caller caller, NewKeyFor body, IApiKeyService keys, CancellationToken cancellationToken) =>
        TypedResults.Created((string?)null, NewKeyView.Of(
            await keys.CreateForAsync(caller, body.UserId, new NewApiKey(body.Name, body.Scopes, body.ExpiresAt), cancellationToken)));

    private static async Task<IResult> RevokeKeyAsync(Guid id, Caller caller, IApiKeyService keys, CancellationToken cancellationToken)
    {
        await keys.RevokeAnyAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <param name="Scopes">Any of chat, read, admin; without it chat and read.</param>
public sealed record NewKeyFor(Guid UserId, string Name, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null);

/// <param name="InviteUrl">Opens the set-up page once, within 7 days; null when a password was given.</param>
public sealed record CreatedUserView(
    Guid Id, string Email, string Name, Role Role, Guid? TeamId, DateTimeOffset CreatedAt, string? InviteUrl)
{
    public static CreatedUserView Of(User user, string? inviteUrl) =>
        new(user.Id, user.Email, user.Name, user.Role, user.TeamId, user.CreatedAt, inviteUrl);
}

/// <param name="Url">Works once, within 7 days.</param>
public sealed record LinkView(string Url);
