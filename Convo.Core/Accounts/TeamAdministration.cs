using Convo.Core.Shared;

namespace Convo.Core.Accounts;

internal sealed class TeamAdministration(ITeamRepository teams, TimeProvider time) : ITeamAdministration
{
    public Task<IReadOnlyList<Team>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return teams.ListAsync(teamId: null, cancellationToken);
    }

    public async Task<Team> GetAsync(Caller caller, Guid teamId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return await teams.ListAsync(teamId, cancellationToken).ConfigureAwait(false) is [var team] ? team : throw NotFound();
    }

    public async Task<Team> CreateAsync(Caller caller, string? name, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var team = new Team(time.NewId(), Names.Require(name), 0, time.GetUtcNow());
        Check(await teams.CreateAsync(team.Id, team.Name, team.CreatedAt, Audit(caller, "team.created", team.Id, team.Name), cancellationToken).ConfigureAwait(false));
        return team;
    }

    public async Task<Team> RenameAsync(Caller caller, Guid teamId, string? name, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var next = Names.Require(name);
        Check(await teams.RenameAsync(teamId, next, Audit(caller, "team.renamed", teamId, next), cancellationToken).ConfigureAwait(false));
        return await GetAsync(caller, teamId, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(Caller caller, Guid teamId, CancellationToken cancellationToken)
    {
        var team = await GetAsync(caller, teamId, cancellationToken).ConfigureAwait(false);
        Check(await teams.DeleteAsync(teamId, Audit(caller, "team.deleted", teamId, team.Name), cancellationToken).ConfigureAwait(false));
    }

    private AuditEntry Audit(Caller caller, string action, Guid teamId, string name) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, "team", teamId.ToString(), Details: new Dictionary<string, string?> { ["name"] = name });

    private static void Check(TeamOutcome outcome)
    {
        switch (outcome)
        {
            case TeamOutcome.NotFound:
                throw NotFound();
            case TeamOutcome.NameTaken:
                throw new ConvoException(ProblemKind.Conflict, "team_exists", "There is a team of this name already. Take another name.") { Field = "name" };
        }
    }

    private static ConvoException NotFound() => ConvoException.NotFound("team");
}
