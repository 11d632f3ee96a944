using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <summary>The organisation's OpenID Connect provider, and whom of its people Convo lets in as what. Off without an issuer.</summary>
public sealed class OpenIdSettings
{
    public const string IssuerKey = "CONVO_OIDC_ISSUER";
    public const string ClientIdKey = "CONVO_OIDC_CLIENT_ID";
    public const string ClientSecretKey = "CONVO_OIDC_CLIENT_SECRET";
    public const string NameKey = "CONVO_OIDC_NAME";
    public const string ScopesKey = "CONVO_OIDC_SCOPES";
    public const string GroupsClaimKey = "CONVO_OIDC_GROUPS_CLAIM";
    public const string AllowedDomainsKey = "CONVO_OIDC_ALLOWED_DOMAINS";
    public const string AllowedGroupsKey = "CONVO_OIDC_ALLOWED_GROUPS";
    public const string AdminGroupsKey = "CONVO_OIDC_ADMIN_GROUPS";
    public const string GroupTeamsKey = "CONVO_OIDC_GROUP_TEAMS";

    /// <summary>As the provider writes it in its tokens; its discovery document is below it. Null: local accounts only.</summary>
    public string? Issuer { get; set; }

    public string? ClientId { get; set; }

    /// <summary>Null for a public client, which PKCE alone protects.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What the button on the sign-in page says.</summary>
    public string Name { get; set; } = "your organisation";

    public IReadOnlyList<string> Scopes { get; set; } = ["openid", "profile", "email"];

    public string GroupsClaim { get; set; } = "groups";

    /// <summary>Domains of verified e-mail addresses; empty: any.</summary>
    public IReadOnlyList<string> AllowedDomains { get; set; } = [];

    /// <summary>One of these is needed to come in; empty: none.</summary>
    public IReadOnlyList<string> AllowedGroups { get; set; } = [];

    /// <summary>Who is in one of these is an administrator, and who leaves them is not; empty: roles are given in Convo.</summary>
    public IReadOnlyList<string> AdminGroups { get; set; } = [];

    /// <summary>Group → name of the team; the first that fits counts. Empty: teams are given in Convo.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GroupTeams { get; set; } = [];

    public bool IsOn => Issuer is not null;

    public void Read(IConfiguration configuration)
    {
        Issuer = Text(configuration, IssuerKey);
        ClientId = Text(configuration, ClientIdKey);
        ClientSecret = Text(configuration, ClientSecretKey);
        Name = Text(configuration, NameKey) ?? Name;
        Scopes = List(configuration, ScopesKey) is { Length: > 0 } scopes ? scopes : Scopes;
        GroupsClaim = Text(configuration, GroupsClaimKey) ?? GroupsClaim;
        AllowedDomains = List(configuration, AllowedDomainsKey);
        AllowedGroups = List(configuration, AllowedGroupsKey);
        AdminGroups = List(configuration, AdminGroupsKey);
        GroupTeams =
        [
            .. (Text(configuration, GroupTeamsKey) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(entry => entry.Split('=', 2, StringSplitOptions.TrimEntries)).Select(parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1] : "")),
        ];
    }

    private static string? Text(IConfiguration configuration, string key) => string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key]!.Trim();

    private static string[] List(IConfiguration configuration, string key) =>
        (Text(configuration, key) ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

internal sealed class OpenIdSettingsValidator : IValidateOptions<OpenIdSettings>
{
    public ValidateOptionsResult Validate(string? name, OpenIdSettings options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(OpenIdSettings options)
    {
        if (!options.IsOn)
        {
            if (options.ClientId is not null)
            {
                yield return $"{OpenIdSettings.ClientIdKey} is set without {OpenIdSettings.IssuerKey}; set both or neither.";
            }

            yield break;
        }

        // A token that crosses a network in the clear can be read and kept.
        if (!Uri.TryCreate(options.Issuer, UriKind.Absolute, out var issuer) || !(issuer.Scheme == "https" || (issuer.Scheme == "http" && issuer.IsLoopback)))
        {
            yield return $"{OpenIdSettings.IssuerKey} is '{options.Issuer}'; an https address is needed (http only on this machine).";
        }

        if (options.ClientId is null)
        {
            yield return $"{OpenIdSettings.ClientIdKey} is missing; the provider gives it when Convo is registered there.";
        }

        if (!options.Scopes.Contains("openid"))
        {
            yield return $"{OpenIdSettings.ScopesKey} is '{string.Join(' ', options.Scopes)}'; openid has to be among them.";
        }

        foreach (var entry in options.GroupTeams.Where(entry => entry.Key.Length == 0 || entry.Value.Length is 0 or > Names.MaxLength))
        {
            yield return $"{OpenIdSettings.GroupTeamsKey} has '{entry.Key}={entry.Value}'; write group=Team, separated by semicolons.";
        }
    }
}
