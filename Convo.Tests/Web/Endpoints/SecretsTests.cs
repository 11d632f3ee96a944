using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

public sealed class SecretsTests
{
    [Fact]
    public async Task Logs_AfterSignInsKeysAndLinks_HoldNoSecret()
    {
        const string marked = "MARKED-secret-71b3";
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace", ["CONVO_METRICS_TOKEN"] = marked + "-token" },
        });
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);
        using var wrong = await browser.PostFormAsync("/account/sign-in", ("email", user.Email), ("password", marked + "-password"));
        using var unknown = app.CreateClient(marked + "-key");
        using var refused = await unknown.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        using var metrics = app.CreateClient(marked + "-token");
        using var read = await metrics.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var invite = await app.Services.GetRequiredService<IUserAdministration>()
            .CreateAsync(app.Admin.Caller, new NewUser("invited@example.org", "Invited"), TestContext.Current.CancellationToken);
        using var accepted = await browser.PostFormAsync("/account/setup", ("token", invite.InviteToken!), ("password", marked + "-chosen"));
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("/", accepted.Headers.Location!.ToString());

        Assert.NotEmpty(app.Logs);
        string[] secrets = [marked, user.Password, user.ApiKey, app.Admin.Password, app.Admin.ApiKey, invite.InviteToken!];
        Assert.DoesNotContain(app.Logs, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Logs_UserTextWithLineBreaks_CannotForgeALine()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.PostFormAsync("/account/sign-in", ("email", "a@example.org\r\nERROR forged-line-5522"), ("password", "x"));

        Assert.StartsWith("/sign-in?error=", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(app.Logs, line => line.Contains("forged-line-5522", StringComparison.Ordinal));
    }
}
