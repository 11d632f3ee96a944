using System.Text;
using System.Text.Json.Nodes;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>Each member of every body in turn replaced by what it must not be: a 4xx (or, where the member is free, a good answer), never a 500.</summary>
public sealed class BodyFuzzTests
{
    /// <summary>Written as JSON text, since much of it is what no serializer would write.</summary>
    private static readonly string[] Values =
    [
        "null", "1", "1e999", "true", "\"\"", "[]", "[null]", "{}", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00x\"",
        "\"\\u202e\\u2066\"", "99999999999999999999999999", "\"00000000-0000-0000-0000-000000000000\"", "[\"00000000-0000-0000-0000-000000000000\"]", "\"2026-02-30T25:00:00Z\"",
        "\"${OPENAI_API_KEY}\"", Nested(10_000, '[', ']'), Nested(10_000, "{\"a\":", "}"), "\"" + new string('x', 50_000) + "\"",
    ];

    [Fact]
    public async Task EveryMember_OfEveryBody_ReplacedByWhatItIsNot_IsNeverAFault()
    {
        await using var app = await ConvoApp.StartAsync();
        var user = await app.CreateUserAsync(Role.Admin);
        using var client = app.CreateClient(user);
        var victim = await Victim.CreateAsync(app);
        var process = Environment.ProcessId;
        List<string> failures = [];
        var tried = 0;
        foreach (var route in MappedRoutes.Of(app))
        {
            if (RouteTable.Rules[route.Name] is not { Body: { } body } rule)
            {
                continue;
            }

            foreach (var text in Mutations(victim.Fill(body)))
            {
                using var response = await client.SendAsync(Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), text), TestContext.Current.CancellationToken);
                tried++;
                // 503 is a machine that is too busy for its counters, not a body that broke something.
                if ((int)response.StatusCode is >= 500 and not 503)
                {
                    failures.Add($"{route.Name} {text[..Math.Min(text.Length, 200)]}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
                }
            }
        }

        Assert.Empty(failures);
        Assert.True(tried > 300, $"only {tried} bodies were tried");
        using var alive = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal(user.Id, (await alive.JsonAsync()).GetProperty("id").GetGuid());
        Assert.Equal(process, Environment.ProcessId);
    }

    private static IEnumerable<string> Mutations(string body)
    {
        var members = JsonNode.Parse(body)!.AsObject().ToDictionary(member => member.Key, member => member.Value?.ToJsonString() ?? "null");
        foreach (var name in members.Keys)
        {
            foreach (var value in Values)
            {
                yield return Text(members.Select(member => (member.Key, member.Key == name ? value : member.Value)));
            }

            // Said twice: which one counts must not depend on who reads it.
            yield return Text(members.Select(member => (member.Key, member.Value)).Append((name, members[name])));
        }
    }

    private static string Text(IEnumerable<(string Name, string Value)> members) => "{" + string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value}")) + "}";

    private static string Nested(int depth, char open, char close) => new string(open, depth) + new string(close, depth);

    private static string Nested(int depth, string open, string close) =>
        new StringBuilder().Insert(0, open, depth).Append('1').Insert(open.Length * depth + 1, close, depth).ToString();
}
