using System.Net;
using System.Net.Http.Headers;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_RightPassword_SetsAHardenedCookieAndOpensTheApi()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.PostFormAsync("/account/sign-in", ("email", user.Email.ToUpperInvariant()), ("password", user.Password), ("returnUrl", "/c/1?a=b"));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/c/1?a=b", response.Headers.Location!.ToString());
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("convo.session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("expires=", cookie, StringComparison.OrdinalIgnoreCase);
        using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal(user.Id, (await me.JsonAsync()).GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task SignIn_ForeignReturnUrl_GoesToTheStartPage(string returnUrl)
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.PostFormAsync("/account/sign-in", ("email", user.Email), ("password", user.Password), ("returnUrl", returnUrl));

        Assert.Equal("/", response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task SignIn_UnknownWrongLockedAndDisabled_AreOneAnswer()
    {
        var app = await ConvoApp.SharedAsync();
        var known = await app.CreateUserAsync();
        var locked = await app.CreateUserAsync();
        var disabled = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);
        using var disabling = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{disabled.Id}", new { disabled = true });
        Assert.Equal(HttpStatusCode.OK, disabling.StatusCode);
        for (var i = 0; i < SignInService.AttemptLimit; i++)
        {
            await AnswerAsync(app, locked.Email, "wrong password");
        }

        string[] answers =
        [
            await AnswerAsync(app, "nobody@example.org", "wrong password"),
            await AnswerAsync(app, "not an address", ""),
            await AnswerAsync(app, known.Email, "wrong password"),
            await AnswerAsync(app, known.Email, new string('x', 100_000)),
            await AnswerAsync(app, locked.Email, locked.Password),
            await AnswerAsync(app, disabled.Email, disabled.Password),
        ];

        Assert.Equal("401 application/problem+json", answers[0][..28]);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task SignIn_ParallelGuesses_AreStoppedByTheLock()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        var accounts = app.Database.Db;

        await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => AnswerAsync(app, user.Email, "wrong password")));

        var failed = await accounts.ScalarAsync<int>("SELECT access_failed_count FROM users WHERE id = @Id", new { user.Id }, TestContext.Current.CancellationToken);
        Assert.Equal(SignInService.AttemptLimit, failed);
        Assert.StartsWith("401", await AnswerAsync(app, user.Email, user.Password), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_TooOften_Is429WithRetryAfterAndTellsTheForm()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();
        for (var i = 0; i < 10; i++)
        {
            await AnswerAsync(app, "often@example.org", "wrong password");
        }

        using var page = await client.PostFormAsync("/account/sign-in", ("email", "Often@example.org"), ("password", "wrong password"));
        Assert.Equal("/sign-in?error=too_many_attempts", page.Headers.Location!.ToString());

        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var program = await client.PostFormAsync("/account/sign-in", ("email", "often@example.org"), ("password", "wrong password"));
        var problem = await program.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "too_many_attempts");
        Assert.InRange(problem.GetProperty("retry_after").GetInt64(), 1, 60);
        Assert.Equal(problem.GetProperty("retry_after").GetInt64(), program.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_IsRefused()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = app.CreateAnonymousClient();
        using var form = new FormUrlEncodedContent([new("email", user.Email), new("password", user.Password)]);

        using var response = await client.PostAsync("/account/sign-in", form, TestContext.Current.CancellationToken);

        Assert.Equal("/sign-in?error=form_expired", response.Headers.Location!.ToString());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task SignOut_SignedIn_EndsTheSessionOfThisBrowser()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = await app.SignInBrowserClientAsync(user);

        using var response = await client.PostFormAsync("/account/sign-out");

        Assert.Equal("/sign-in", response.Headers.Location!.ToString());
        using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        await me.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Fact]
    public async Task ChangePassword_RightOne_EndsTheOtherSessionsAndKeepsThisOne()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var here = await app.SignInBrowserClientAsync(user);
        using var elsewhere = await app.SignInBrowserClientAsync(user);

        using var wrong = await here.PostFormAsync("/account/password", ("current_password", "not it"), ("password", "another fine one"));
        Assert.Equal("/settings?error=wrong_password&field=current_password", wrong.Headers.Location!.ToString());
        using var response = await here.PostFormAsync("/account/password", ("current_password", user.Password), ("password", "another fine one"));

        Assert.Equal("/settings", response.Headers.Location!.ToString());
        using var mine = await here.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
        using var other = await elsewhere.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        await other.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    /// <summary>Status, type and body of a refused sign-in, as a program sees them.</summary>
    private static async Task<string> AnswerAsync(ConvoApp app, string email, string password)
    {
        using var client = app.CreateAnonymousClient();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await client.PostFormAsync("/account/sign-in", ("email", email), ("password", password));
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return $"{(int)response.StatusCode} {response.Content.Headers.ContentType?.MediaType} {body}";
    }
}
