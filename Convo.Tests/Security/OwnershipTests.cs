using System.Net;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>One person's ids in another person's hands, on every route that takes one: 404, and nothing is read or changed.</summary>
public sealed class OwnershipTests(OwnershipTests.World world) : IClassFixture<OwnershipTests.World>
{
    /// <summary>Other ways to write one id. Whoever may not have the thing may not have it under another spelling.</summary>
    private static readonly Func<Guid, string>[] Spellings =
    [
        id => id.ToString(),
        id => id.ToString().ToUpperInvariant(),
        id => id.ToString("B"),
        id => id.ToString("N"),
        id => id.ToString("X"),
        id => "urn:uuid:" + id,
        id => id + "%20",
        id => "%20" + id,
        id => string.Concat(id.ToString().Select(c => $"%{(int)c:x2}")),
        id => id + "%00",
    ];

    [Fact]
    public async Task EveryOwnedRoute_WithAnotherPersonsId_Is404AndNothingChanges()
    {
        var before = await world.Victim.FingerprintAsync();
        using var attacker = world.App.CreateClient(world.Attacker);
        List<string> failures = [];
        var tried = 0;
        foreach (var route in MappedRoutes.Of(world.App))
        {
            if (RouteTable.Rules[route.Name] is not { Access: RouteAccess.Owned, Path: { } path } rule)
            {
                continue;
            }

            foreach (var spelling in Spellings)
            {
                using var response = await attacker.SendAsync(
                    Requests.Of(route.Method, world.Victim.Fill(path, spelling), rule.Body is null ? null : world.Victim.Fill(rule.Body)), TestContext.Current.CancellationToken);
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                var plain = spelling(Guid.Empty) == Guid.Empty.ToString();
                if (text.Contains(Victim.Canary, StringComparison.Ordinal)
                    || (plain ? response.StatusCode is not HttpStatusCode.NotFound : response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.BadRequest)))
                {
                    failures.Add($"{route.Name} as {spelling(Guid.Empty)}: {(int)response.StatusCode} {text}");
                }

                tried++;
            }
        }

        Assert.Empty(failures);
        Assert.True(tried > 200, $"only {tried} requests were tried");
        Assert.Equal(before, await world.Victim.FingerprintAsync());
    }

    [Fact]
    public async Task EveryOwnedRoute_HeadAndRange_TellNothing()
    {
        using var attacker = world.App.CreateClient(world.Attacker);
        foreach (var route in MappedRoutes.Of(world.App).Where(route => route.Method == "GET"))
        {
            if (RouteTable.Rules[route.Name] is { Access: RouteAccess.Owned, Path: { } path })
            {
                using var head = await attacker.SendAsync(Requests.Of("HEAD", world.Victim.Fill(path), null), TestContext.Current.CancellationToken);
                Assert.True((int)head.StatusCode is 404 or 405, $"HEAD {route.Name}: {(int)head.StatusCode}");
                var request = Requests.Of("GET", world.Victim.Fill(path), null);
                request.Headers.TryAddWithoutValidation("Range", "bytes=0-3");
                request.Headers.TryAddWithoutValidation("Last-Event-ID", "0");
                using var range = await attacker.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.NotFound, range.StatusCode);
            }
        }
    }

    /// <summary>An own outer id with another person's inner one. {mine} is the attacker's thread, {my_answer} and {my_question} are in it.</summary>
    public static TheoryData<string, string, string?> InnerIds => new()
    {
        { "POST", "/api/convo/threads/{mine}/messages", """{"content":"x","parent_id":"{answer}"}""" },
        { "POST", "/api/convo/threads/{mine}/messages", """{"content":"x","attachment_ids":["{file}"]}""" },
        { "POST", "/api/convo/messages/stream", """{"content":"x","thread_id":"{thread}"}""" },
        { "POST", "/api/convo/messages/stream", """{"content":"x","parent_id":"{answer}"}""" },
        { "POST", "/api/convo/messages/stream", """{"content":"x","attachment_ids":["{file}"]}""" },
        { "POST", "/api/convo/messages/stream", """{"content":"x","thread_id":"{mine}","attachment_ids":["{file}"]}""" },
        { "POST", "/api/convo/messages/stream", """{"content":"x","collection_ids":["{collection}"]}""" },
        { "POST", "/api/convo/threads", """{"collection_ids":["{collection}"]}""" },
        { "PATCH", "/api/convo/threads/{mine}", """{"collection_ids":["{collection}"]}""" },
        { "PATCH", "/api/convo/threads/{mine}", """{"leaf_id":"{answer}"}""" },
        { "GET", "/api/convo/threads/{mine}/messages?leaf={answer}", null },
        { "GET", "/api/convo/threads/{mine}/messages?before={answer}", null },
        { "GET", "/api/convo/search?q=canary&collection_id={collection}", null },
        { "GET", "/api/convo/search?q=canary&thread_id={thread}", null },
    };

    [Theory]
    [MemberData(nameof(InnerIds))]
    public async Task OwnOuterId_WithAForeignInnerOne_ReadsAndChangesNothing(string method, string path, string? body)
    {
        var before = await world.Victim.FingerprintAsync();
        using var attacker = world.App.CreateClient(world.Attacker);

        using var response = await attacker.SendAsync(
            Requests.Of(method, Fill(path), body is null ? null : Fill(body)), TestContext.Current.CancellationToken);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Victim.Canary, text, StringComparison.Ordinal);
        // A search in what is not there may also find nothing.
        var empty = path.Contains("/search", StringComparison.Ordinal) && text.Contains("\"items\":[]", StringComparison.Ordinal);
        Assert.True(response.StatusCode is HttpStatusCode.NotFound || empty, $"{(int)response.StatusCode} {text}");
        Assert.Equal(before, await world.Victim.FingerprintAsync());
    }

    /// <summary>Collections are the thread's and not a message's, whosever they are: the answer is the same for one that does not exist.</summary>
    [Theory]
    [InlineData("{collection}")]
    [InlineData("00000000-0000-7000-8000-000000000001")]
    public async Task Message_NamingAnotherCollection_Is400WhoseverItIs(string collection)
    {
        using var attacker = world.App.CreateClient(world.Attacker);
        var request = Requests.Of("POST", Fill("/api/convo/threads/{mine}/messages"), Fill($$"""{"content":"{{Victim.Canary}}","collection_ids":["{{collection}}"]}"""));
        request.Headers.Accept.ParseAdd("text/event-stream");

        using var response = await attacker.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("collection_ids", (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("field").GetString());
    }

    [Fact]
    public async Task Upload_ToAForeignThreadOrCollection_Is404AndKeepsNothing()
    {
        using var attacker = world.App.CreateClient(world.Attacker);
        foreach (var field in new[] { ("thread_id", "{thread}"), ("collection_id", "{collection}") })
        {
            foreach (var before in new[] { true, false })
            {
                using var form = new MultipartFormDataContent();
                if (before) form.Add(new StringContent(Fill(field.Item2)), field.Item1);
                form.Add(new ByteArrayContent("text"u8.ToArray()), "file", "a.txt");
                if (!before) form.Add(new StringContent(Fill(field.Item2)), field.Item1);
                using var response = await attacker.PostAsync("/api/convo/attachments", form, TestContext.Current.CancellationToken);
                await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
            }
        }

        Assert.Equal(0, await world.App.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM attachments WHERE owner_id = @Id", new { world.Attacker.Id }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Owner_OtherSpellingOfTheId_IsTheSameThing()
    {
        using var owner = world.App.CreateClient(world.Victim.User);
        foreach (var spelling in new Func<Guid, string>[] { id => id.ToString(), id => id.ToString().ToUpperInvariant(), id => id.ToString("N") })
        {
            using var response = await owner.GetAsync($"/api/convo/threads/{spelling(world.Victim["thread"])}", TestContext.Current.CancellationToken);
            Assert.Equal(world.Victim["thread"], (await response.JsonAsync()).GetProperty("id").GetGuid());
        }
    }

    [Fact]
    public async Task Administrator_OnAnOwnedRoute_IsAStrangerToo()
    {
        using var admin = world.App.CreateClient(world.App.Admin);
        foreach (var route in MappedRoutes.Of(world.App).Where(route => route.Method == "GET"))
        {
            if (RouteTable.Rules[route.Name] is { Access: RouteAccess.Owned, Path: { } path })
            {
                using var response = await admin.GetAsync(world.Victim.Fill(path), TestContext.Current.CancellationToken);
                Assert.True(response.StatusCode is HttpStatusCode.NotFound, $"{route.Name}: {(int)response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task EveryAdministrationRoute_AsAMember_Is403AndNothingChanges()
    {
        var before = await world.Victim.FingerprintAsync();
        using var member = world.App.CreateClient(world.Attacker);
        using var browser = await world.App.SignInBrowserClientAsync(world.Attacker);
        // An administrator's key without the scope is a member's.
        using var weak = world.App.CreateClient(await world.App.CreateKeyAsync(world.App.Admin.Id, ["chat", "read"]));
        foreach (var route in MappedRoutes.Of(world.App))
        {
            if (RouteTable.Rules[route.Name] is not { Access: RouteAccess.Admin, Path: { } path } rule)
            {
                continue;
            }

            foreach (var client in new[] { member, browser, weak })
            {
                using var response = await client.SendAsync(
                    Requests.Of(route.Method, world.Victim.Fill(path), rule.Body is null ? null : world.Victim.Fill(rule.Body)), TestContext.Current.CancellationToken);
                Assert.True(response.StatusCode is HttpStatusCode.Forbidden, $"{route.Name}: {(int)response.StatusCode}");
            }
        }

        Assert.Equal(before, await world.Victim.FingerprintAsync());
    }

    private string Fill(string text) => world.Victim.Fill(text).Replace("{mine}", world.Mine.ToString(), StringComparison.Ordinal);

    /// <summary>One app with a person who has one of everything, and one who wants it.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal ConvoApp App { get; private set; } = null!;

        internal Victim Victim { get; private set; } = null!;

        internal TestUser Attacker { get; private set; } = null!;

        internal Guid Mine { get; private set; }

        public async ValueTask InitializeAsync()
        {
            App = await ConvoApp.StartAsync();
            Victim = await Victim.CreateAsync(App);
            Attacker = await App.CreateUserAsync();
            using var client = App.CreateClient(Attacker);
            using var made = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { title = "mine" });
            Mine = (await made.JsonAsync()).GetProperty("id").GetGuid();
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
