using System.Net;
using System.Reflection;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Convo.Tests.Security;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Convo.Tests.Browser;

/// <summary>Every page that Convo has, as member and as administrator: no console error, no violation of the policy, nothing from elsewhere.</summary>
public sealed class PageWalkTests : IAsyncLifetime
{
    /// <summary>What is not walked: pages that say that something went wrong, and those of people who are not signed in.</summary>
    private static readonly HashSet<string> Apart = ["/error", "/not-found", "/sign-in", "/setup"];

    private readonly List<string> _faults = [];
    private ConvoApp _app = null!;
    private Victim _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ConvoApp.StartAsync(new() { Settings = new() { [OrganisationOptions.AdminsReadThreadsKey] = "true" } });
        _owner = await Victim.CreateAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(Role.Member)]
    [InlineData(Role.Admin)]
    public async Task EveryPage_Visited_HasNoFaultInTheConsole(Role role)
    {
        var pages = Pages().Where(page => role is Role.Admin || !page.ForAdmins).ToList();
        Assert.True(pages.Count > 4);
        var page = await Chromium.OpenAsync(_app, _faults);
        await page.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_app.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) _faults.Add(request.Url);
        };
        await page.SignInAsync(role is Role.Admin ? _app.Admin : _owner.User);
        foreach (var (path, _) in pages)
        {
            // An administrator's own ids are not the owner's: a chat that is not there is a page, too, with its own words.
            await page.GotoAsync(path);
            await Expect(page.GetByRole(AriaRole.Main)).ToBeVisibleAsync();
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            Assert.True(_faults.Count == 0, $"{path}: {string.Join("; ", _faults)}");
            if (path.StartsWith("/admin/people", StringComparison.Ordinal) || path.StartsWith("/admin/audit", StringComparison.Ordinal) || path.StartsWith("/admin/threads", StringComparison.Ordinal))
            {
                var serious = (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical");
                Assert.Equal("", string.Join("\n", serious.Select(v => $"{path}: {v.Id}: {string.Join(" ; ", v.Nodes.Select(n => n.Html))}")));
            }
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task EveryAdministrationPage_AsAMember_IsNotThere()
    {
        using var member = await _app.SignInBrowserClientAsync(_owner.User);
        foreach (var (path, forAdmins) in Pages())
        {
            using var response = await member.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(forAdmins ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public void EveryPage_UnderAdmin_IsForAdministrators() => Assert.All(
        Pages().Where(page => page.Path.StartsWith("/admin", StringComparison.Ordinal)), page => Assert.True(page.ForAdmins, page.Path));

    private List<(string Path, bool ForAdmins)> Pages() =>
    [
        .. typeof(Convo.Web.Components.App).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (Path: Fill(route.Template), ForAdmins: type.GetCustomAttributes<AuthorizeAttribute>().Any(a => a.Policy == "admin"))))
            .Where(page => !Apart.Contains(page.Path)).Order(),
    ];

    /// <summary>A page with another kind of id needs one line here.</summary>
    private string Fill(string template)
    {
        var path = template
            .Replace("{ThreadId:guid}", _owner?["thread"].ToString(), StringComparison.Ordinal)
            .Replace("{CollectionId:guid}", _owner?["collection"].ToString(), StringComparison.Ordinal)
            .Replace("{Id:guid}", _owner?["user"].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('{', path);
        return path;
    }
}
