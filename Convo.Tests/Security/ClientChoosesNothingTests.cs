using System.Net;
using System.Net.Sockets;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>Where Convo connects to and what it sends there is its operator's choice: nothing in a request moves it.</summary>
public sealed class ClientChoosesNothingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://{0}/x")]
    [InlineData("http://2130706433:{1}/x")]
    [InlineData("http://[::ffff:7f00:1]:{1}/x")]
    [InlineData("http://0x7f.1:{1}/x")]
    [InlineData("http://127.1:{1}/x")]
    [InlineData("http://localhost.:{1}/x")]
    [InlineData("http://a@127.0.0.1:{1}/x")]
    [InlineData("\\\\127.0.0.1@{1}\\x")]
    [InlineData("file:///etc/passwd")]
    public async Task Address_SaidByAClient_IsNeverDialled(string address)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var target = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, $"127.0.0.1:{port}", port);
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());

        using var asModel = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "x", model = target });
        using var asMember = await client.SendJsonAsync(
            HttpMethod.Post, "/api/convo/messages/stream", new { content = $"![x]({target}) {target}", api_base = target, base_url = target, endpoint = target, image_url = target });
        using var asPrompt = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { title = target, system_prompt = target });
        await asMember.Content.ReadAsStringAsync(Token);

        Assert.Equal(HttpStatusCode.BadRequest, asModel.StatusCode);
        Assert.False(listener.Pending());
    }

    /// <summary>What looks like a variable of the server is the text that it is, and the server's secret is nowhere.</summary>
    [Fact]
    public async Task PlaceholdersOfTheEnvironment_AreTextEverywhere()
    {
        const string secret = "sk-marked-secret-of-the-server";
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = new() { ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = secret, ["OPENAI_MODELS"] = "stub-model", ["CONVO_DEFAULT_MODEL"] = "stub-model" },
        });
        using var client = app.CreateClient(await app.CreateUserAsync());
        const string placeholders = "${OPENAI_API_KEY} %OPENAI_API_KEY% {{env.OPENAI_API_KEY}} $(OPENAI_API_KEY)";

        using var answer = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = placeholders, system_prompt = placeholders });
        var text = await answer.Content.ReadAsStringAsync(Token);
        using var models = await client.GetAsync("/api/convo/models", Token);

        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await models.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.DoesNotContain(stub.BaseUrl.Authority, await models.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.NotEmpty(stub.ChatRequests);
        Assert.All(stub.ChatRequests, request => Assert.DoesNotContain(secret, request.Json!.ToJsonString(), StringComparison.Ordinal));
        Assert.Contains(stub.ChatRequests[0].Texts, said => said.Contains(placeholders, StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs, line => line.Contains(secret, StringComparison.Ordinal));
    }
}
