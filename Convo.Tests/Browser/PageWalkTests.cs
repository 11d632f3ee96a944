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

    private const string Markup = "<img src=x onerror=\"window.ran=1\"><svg onload=\"window.ran=1\"></svg><iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>";

    /// <summary>Audit log and ledger hold no names, and the text of an answer is markdown, which has tests of its own.</summary>
    private const string Hostile = """
        UPDATE users SET name = @Markup WHERE id = @Id;
        UPDATE teams SET name = @Markup WHERE id = (SELECT team_id FROM users WHERE id = @Id);
        UPDATE api_keys SET name = @Markup WHERE user_id = @Id;
        UPDATE user_sessions SET user_agent = @Markup, address = @Markup WHERE user_id = @Id;
        UPDATE conversation_threads SET title = @Markup, system_prompt = @Markup WHERE owner_id = @Id;
        UPDATE conversation_messages SET content = @Markup WHERE role = 'user' AND thread_id IN (SELECT id FROM conversation_threads WHERE owner_id = @Id);
        UPDATE collections SET name = @Markup, description = @Markup WHERE owner_id = @Id;
        UPDATE attachments SET filename = @Markup || '.txt', error_detail = @Markup WHERE owner_id = @Id;
        UPDATE citations SET filename = @Markup || '.txt', quote = @Markup;
        """;

    private readonly List<string> _faults = [];
    private ConvoApp _app = null!;
    private Victim _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ConvoApp.StartAsync(new() { Settings = new() { [OrganisationOptions.AdminsReadThreadsKey] = "true" } });
        _owner = await Victim.CreateAsync(_app);
        // Whatever people and files are called is text on every page, also when it looks like markup.
        await _app.Database.Db.ExecuteAsync(Hostile, new { Markup, _owner.User.Id }, CancellationToken.None);
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
            Assert.Null(await page.EvaluateAsync<int?>("window.ran ?? null"));
            await Expect(page.Locator("iframe, img[src=x], svg[onload]")).ToHaveCountAsync(0);
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
