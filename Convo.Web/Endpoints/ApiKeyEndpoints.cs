using Convo.Core.Accounts;

namespace Convo.Web.Endpoints;

/// <summary>A person's own API keys.</summary>
public static class ApiKeyEndpoints
{
    public static RouteGroupBuilder MapApiKeyEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/convo/api-keys").WithTags("API keys");
        group.MapGet("", ListAsync).WithSummary("Own API keys, newest first.");
        group.MapPost("", CreateAsync).WithSummary("A new key. It is shown this once.").ProducesProblem(StatusCodes.Status409Conflict);
        group.MapDelete("/{id:guid}", RevokeAsync).WithSummary("Ends a key.");
        return group;
    }

    private static async Task<ItemList<ApiKey>> ListAsync(Caller caller, IApiKeyService keys, CancellationToken cancellationToken) =>
        new(await keys.ListAsync(caller, cancellationToken));

    private static async Task<IResult> CreateAsync(Caller caller, NewApiKey body, IApiKeyService keys, CancellationToken cancellationToken) =>
        TypedResults.Created((string?)null, NewKeyView.Of(await keys.CreateAsync(caller, body, cancellationToken)));

    private static async Task<IResult> RevokeAsync(Guid id, Caller caller, IApiKeyService keys, CancellationToken cancellationToken)
    {
        await keys.RevokeAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <summary>A list that is never long enough for pages.</summary>
public sealed record ItemList<T>(IReadOnlyList<T> Items)
{
    /// <summary>Always null: this is the only page.</summary>
    public string? NextCursor { get; }
}

/// <param name="Key">The key itself: the only time that it is seen.</param>
public sealed record NewKeyView(
    Guid Id, Guid UserId, string Name, string Prefix, string Key, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt)
{
    public static NewKeyView Of(CreatedApiKey created)
    {
        var key = created.Key;
        return new(key.Id, key.UserId, key.Name, key.Prefix, created.Secret, key.Scopes, key.ExpiresAt, key.CreatedAt);
    }
}
