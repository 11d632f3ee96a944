using System.Net;
using System.Net.Sockets;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security.SignIn;

/// <summary>One real OpenID provider and one Convo for the tests of this folder; each test has its own people at the provider.</summary>
[CollectionDefinition(nameof(OpenIdWorld))]
public sealed class OpenIdWorld : IAsyncLifetime, ICollectionFixture<OpenIdWorld>
{
    internal TcpListener Listener { get; } = new(IPAddress.Loopback, 0);

    internal OpenIdProvider Provider { get; private set; } = null!;

    internal ConvoApp App { get; private set; } = null!;

    internal TestUser Local { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Listener.Start();
        // The victim's address is known only once the victim is, so the thieves all claim the first administrator's.
        Provider = await OpenIdProvider.StartAsync(new Dictionary<string, object>
        {
            ["alice"] = new { email = "alice@example.org", email_verified = true, name = "Alice" },
            ["bob"] = new { email = "bob@example.org", email_verified = true, name = "Bob" },
            ["carol"] = new { email = "carol@example.org", email_verified = true, name = "Carol" },
            ["dave"] = new { email = "dave@example.org", email_verified = true, name = "Dave" },
            ["erin"] = new { email = "erin@example.org", email_verified = true, name = "Erin" },
            ["thief"] = new { email = "admin@example.org", email_verified = true, name = "Admin" },
            ["thief_unverified"] = new { email = "admin@example.org", email_verified = false, name = "Admin" },
            ["thief_silent"] = new { email = "admin@example.org", name = "Admin" },
            ["thief_text"] = new { email = "admin@example.org", email_verified = "true", name = "Admin" },
            ["thief_upper"] = new { email = "ADMIN@Example.ORG", email_verified = true, name = "Admin" },
            ["pictured"] = new { email = "pictured@example.org", name = "Pictured", picture = $"http://{Listener.LocalEndpoint}/me.png" },
            ["invited"] = new { email = "Invited@Example.org", email_verified = true, name = "Invited" },
            ["invited_twice"] = new { email = "invited@example.org", email_verified = true, name = "Invited" },
            ["guest_unverified"] = new { email = "guest@example.org", email_verified = false, name = "Guest" },
            ["guest_text"] = new { email = "guest@example.org", email_verified = "true", name = "Guest" },
            ["guest_silent"] = new { email = "guest@example.org", name = "Guest" },
            ["guest"] = new { email = "guest@example.org", email_verified = true, name = "Guest" },
            ["outsider"] = new { email = "o@elsewhere.example", email_verified = true, groups = new[] { "staff" } },
            ["unverified_staff"] = new { email = "u@example.org", email_verified = false, groups = new[] { "staff" } },
            ["operator"] = new { email = "operator@example.org", email_verified = true, name = "Operator", groups = new[] { "staff", "operators" } },
            ["engineer"] = new { email = "engineer@example.org", email_verified = true, name = "Engineer", groups = new[] { "engineering", "staff" } },
        });
        App = await ConvoApp.StartAsync(new() { Settings = Provider.Settings() });
        Local = App.Admin;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Provider.DisposeAsync();
        Listener.Dispose();
    }

    internal static async Task<(Guid Id, string Email, string Name, string Role)> MeAsync(HttpClient browser)
    {
        using var response = await browser.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        var me = await response.JsonAsync();
        return (me.GetProperty("id").GetGuid(), me.GetProperty("email").GetString()!, me.GetProperty("name").GetString()!, me.GetProperty("role").GetString()!);
    }
}
