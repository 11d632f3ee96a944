using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>The spelling of scopes in the database and the API.</summary>
public static class ApiScopeNames
{
    private static readonly (string Name, ApiScopes Scope)[] All =
        [("chat", ApiScopes.Chat), ("read", ApiScopes.Read), ("admin", ApiScopes.Admin)];

    public static IReadOnlyList<string> Names(ApiScopes scopes) =>
        [.. All.Where(entry => scopes.HasFlag(entry.Scope)).Select(entry => entry.Name)];

    /// <exception cref="ConvoException">400 for a name that is no scope, or for none at all.</exception>
    public static ApiScopes Parse(IReadOnlyList<string> names)
    {
        var scopes = ApiScopes.None;
        foreach (var name in names)
        {
            scopes |= Array.Find(All, entry => entry.Name == name).Scope is var scope and not ApiScopes.None
                ? scope
                : throw ConvoException.Invalid("scopes", "A scope is one of chat, read and admin.");
        }

        return scopes is ApiScopes.None ? throw ConvoException.Invalid("scopes", "A key needs at least one scope: chat, read or admin.") : scopes;
    }

    /// <summary>What is stored. A name that this version does not know grants nothing.</summary>
    public static ApiScopes FromStored(IEnumerable<string> names) =>
        names.Aggregate(ApiScopes.None, (scopes, name) => scopes | Array.Find(All, entry => entry.Name == name).Scope);
}
