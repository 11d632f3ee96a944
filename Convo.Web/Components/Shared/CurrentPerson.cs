using System.Security.Claims;
using Convo.Core.Accounts;
using Microsoft.AspNetCore.Components.Authorization;

namespace Convo.Web.Components.Shared;

/// <summary>Who is signed in on this circuit.</summary>
public sealed record Person(Caller Caller, string Name, string Email)
{
    public string Initials
    {
        get
        {
            var words = Name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length switch
            {
                0 => "?",
                1 => words[0][..Math.Min(2, words[0].Length)].ToUpperInvariant(),
                _ => $"{words[0][0]}{words[^1][0]}".ToUpperInvariant(),
            };
        }
    }
}

/// <summary>
/// Asks the authentication state each time, because a circuit outlives its cookie: a revalidation that signs the person out has to be seen here.
/// </summary>
public sealed class CurrentPerson(AuthenticationStateProvider authentication)
{
    public async Task<Person?> FindAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (!Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id)) return null;
        var email = user.FindFirstValue(ClaimTypes.Email) ?? "";
        var name = user.FindFirstValue(ClaimTypes.Name);
        var role = Enum.TryParse<Role>(user.FindFirstValue(ClaimTypes.Role), ignoreCase: true, out var parsed) ? parsed : Role.Member;
        var team = Guid.TryParse(user.FindFirstValue("team_id"), out var teamId) ? teamId : (Guid?)null;
        return new Person(new Caller(id, role, team), string.IsNullOrWhiteSpace(name) ? email : name, email);
    }

    /// <exception cref="Core.Shared.ConvoException">401 when nobody is signed in any more.</exception>
    public async Task<Caller> CallerAsync() => (await FindAsync())?.Caller
        ?? throw new Core.Shared.ConvoException(Core.Shared.ProblemKind.Unauthenticated, "signed_out", "You are signed out. Reload the page and sign in again.");
}
