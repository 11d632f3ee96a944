using System.Net;
using System.Net.Http.Headers;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Security.SignIn;

/// <summary>Codes of invitations, new passwords and the set-up: empty, of another shape, used, run out, and guessed by the hundred.</summary>
public sealed class OneTimeLinkTests
{
    private const string NewPassword = "quite another password";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_ThatIsNoneOrNotGoodAnyMore_IsOneAnswerAndChangesNothing()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var app = await ConvoApp.StartAsync(new() { Services = services => services.AddSingleton<TimeProvider>(time) });
        var (user, other) = (await app.CreateUserAsync(), await app.CreateUserAsync());
        var people = app.Services.GetRequiredService<IUserAdministration>();
        var expired = await people.CreateLinkAsync(app.Admin.Caller, user.Id, Token);
        time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        var used = await people.CreateLinkAsync(app.Admin.Caller, other.Id, Token);
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(app, [("token", used)]));
        var good = await people.CreateLinkAsync(app.Admin.Caller, user.Id, Token);
        var before = await app.Database.Db.ScalarAsync<string>("SELECT string_agg(password_hash, ' ' ORDER BY id) FROM users", null, Token);
        (string, string)[][] attempts =
        [
            [], [("token", "")], [("token", " ")], [("token", "null")], [("token", "undefined")], [("token", "0")], [("token", "' OR 1=1 --")], [("token", "%")],
            [("token[]", good)], [("token[0]", good)], [("token", good), ("token", good)], [("Token", "x")],
            [("token", good[..^1])], [("token", good + "x")], [("token", " " + good)], [("token", good + "\n")], [("token", Swap(good))], [("token", expired)], [("token", used)],
            [("token", new string('a', 43))], [("token", new string('a', 100_000))], [("email", user.Email)],
        ];

        var answers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attempt in attempts)
        {
            answers.Add(await AnswerAsync(app, attempt));
        }

        Assert.StartsWith("409 application/problem+json", Assert.Single(answers), StringComparison.Ordinal);
        Assert.Equal(before, await app.Database.Db.ScalarAsync<string>("SELECT string_agg(password_hash, ' ' ORDER BY id) FROM users", null, Token));
        // The good one has been spoilt by none of them.
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(app, [("token", good)]));
        Assert.StartsWith("409", await AnswerAsync(app, [("token", good)]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_GuessedByTheHundred_AreCountedByAddressAndRefusedBeforeAnyWork()
    {
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = { [$"{RateLimitOptions.Section}:{nameof(RateLimitOptions.SignInsPerAddressPerMinute)}"] = "20" },
        });
        using var guesser = app.CreateAnonymousClient();
        guesser.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 300; i++)
        {
            using var response = await guesser.PostFormAsync("/account/setup", ("token", $"guess-{i}"), ("password", NewPassword));
            statuses.Add(response.StatusCode);
        }

        // Two windows may be met when a minute ends in the middle.
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.Conflict), 20, 40);
        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        Assert.DoesNotContain(statuses, status => status is not (HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests));
        // Guessing a password from there is over as well: it is one counter.
        using var signIn = await guesser.PostFormAsync("/account/sign-in", ("email", app.Admin.Email), ("password", "x"));
        Assert.Equal(HttpStatusCode.TooManyRequests, signIn.StatusCode);
    }

    [Fact]
    public async Task Code_UsedTwentyTimesAtOnce_IsUsedOnce()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        var link = await app.Services.GetRequiredService<IUserAdministration>().CreateLinkAsync(app.Admin.Caller, user.Id, Token);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => StatusAsync(app, [("token", link)], $"password number {i}")));

        Assert.Single(statuses, HttpStatusCode.Redirect);
    }

    private static string Swap(string text) => string.Concat(text.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));

    private static async Task<HttpStatusCode> StatusAsync(ConvoApp app, (string Name, string Value)[] fields, string password = NewPassword)
    {
        using var response = await SendAsync(app, fields, password);
        return response.StatusCode;
    }

    private static async Task<string> AnswerAsync(ConvoApp app, (string Name, string Value)[] fields)
    {
        using var response = await SendAsync(app, fields, NewPassword);
        return $"{(int)response.StatusCode} {response.Content.Headers.ContentType?.MediaType} {await response.Content.ReadAsStringAsync(Token)}";
    }

    private static async Task<HttpResponseMessage> SendAsync(ConvoApp app, (string Name, string Value)[] fields, string password)
    {
        using var client = app.CreateAnonymousClient();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return await client.PostFormAsync("/account/setup", [.. fields, ("password", password)]);
    }
}
