using Convo.Core.Accounts;

namespace Convo.Web.Endpoints;

/// <summary>Teams, for administrators: <c>/api/convo/admin/teams</c>.</summary>
internal static class AdminTeamEndpoints
{
    public static void MapTeams(this IEndpointRouteBuilder admin)
    {
        var teams = admin.MapGroup("/teams");
        teams.MapGet("", ListAsync).WithSummary("Teams by name, with how many people are in each.");
        teams.MapPost("", CreateAsync).WithSummary("A new team.").Produces<Team>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict);
        teams.MapGet("/{id:guid}", GetAsync).WithSummary("One team.");
        teams.MapPatch("/{id:guid}", RenameAsync).WithSummary("Renames a team.").ProducesProblem(StatusCodes.Status409Conflict);
        teams.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Deletes a team; its people stay.");
    }

    private static async Task<ItemList<Team>> ListAsync(Caller caller, ITeamAdministration teams, CancellationToken cancellationToken) =>
        new(await teams.ListAsync(caller, cancellationToken));

    private static Task<Team> GetAsync(Guid id, Caller caller, ITeamAdministration teams, CancellationToken cancellationToken) =>
        teams.GetAsync(caller, id, cancellationToken);

    private static async Task<IResult> CreateAsync(Caller caller, TeamBody body, ITeamAdministration teams, CancellationToken cancellationToken)
    {
        var team = await teams.CreateAsync(caller, body.Name, cancellationToken);
        return TypedResults.Created($"/api/convo/admin/teams/{team.Id}", team);
    }

    private static Task<Team> RenameAsync(Guid id, Caller caller, TeamBody body, ITeamAdministration teams, CancellationToken cancellationToken) =>
        teams.RenameAsync(caller, id, body.Name, cancellationToken);

    private static async Task<IResult> DeleteAsync(Guid id, Caller caller, ITeamAdministration teams, CancellationToken cancellationToken)
    {
        await teams.DeleteAsync(caller, id, cancellationToken);
        return TypedResults.NoContent();
    }
}

public sealed record TeamBody(string? Name = null);
