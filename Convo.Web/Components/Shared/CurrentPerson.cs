using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Web.Hosting;

namespace Convo.Web.Components.Shared;

/// <summary>Who is signed in on this circuit, as it is shown.</summary>
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

/// <summary>Asks each time, because a circuit outlives the sign-in it began with.</summary>
internal sealed class CurrentPerson(CallerProvider callers)
{
    /// <summary>Null when nobody is signed in any more.</summary>
    public async Task<Person?> FindAsync()
    {
        try
        {
            var identity = await callers.GetIdentityAsync();
            return new Person(identity.ToCaller(), string.IsNullOrWhiteSpace(identity.Name) ? identity.Email : identity.Name, identity.Email);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unauthenticated)
        {
            return null;
        }
    }

    /// <exception cref="ConvoException">401 when nobody is signed in any more.</exception>
    public Task<Caller> CallerAsync() => callers.GetAsync();
}
