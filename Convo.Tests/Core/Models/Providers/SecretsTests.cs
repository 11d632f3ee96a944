using System.Globalization;
using System.Text;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>No key in any log at any level, in any message, in any exception, however a provider repeats it.</summary>
public sealed class SecretsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stub-model")]
    [InlineData("claude-haiku-4-5")]
    [InlineData("gemini-2.5-flash")]
    [InlineData("azure/deployment")]
    [InlineData("box/native")]
    public async Task Chat_ProviderRepeatsTheKey_NobodySeesIt(string model)
    {
        const string key = "k3y-0f-n0-kn0wn-sh4pe";
        await using var stub = await ProviderStub.StartAsync();
        using var logs = new LogCapture { Level = LogLevel.Trace };
        var url = stub.BaseUrl.ToString();
        await using var host = new ModelsHost(null, logs,
            ("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", url), ("OPENAI_MODELS", "stub-model"), ("ANTHROPIC_API_KEY", key), ("ANTHROPIC_BASE_URL", url),
            ("GEMINI_API_KEY", key), ("GEMINI_BASE_URL", url), ("AZURE_OPENAI_API_KEY", key), ("AZURE_OPENAI_ENDPOINT", url), ("AZURE_OPENAI_MODELS", "deployment"),
            ("Convo:Providers:box:Protocol", "gemini"), ("Convo:Providers:box:BaseUrl", url), ("Convo:Providers:box:ApiKey", key), ("Convo:Providers:box:Models", "native"),
            ("CONVO_PROVIDER_MAX_ATTEMPTS", "2"));
        stub.ModelsReply = Replies.Error(401, $$$"""{"error":{"message":"Incorrect API key provided: {{{key}}}."}}""");
        stub.Enqueue(
            Replies.Error(401, $$$"""{"error":{"message":"Incorrect API key provided: {{{key}}}. Also sk-live-0123456789abcdef."}}"""),
            Replies.Error(400, $$$"""{"error":{"message":"Bad request with Authorization: Bearer {{{key}}}"}}"""),
            Replies.Error(503, $"<html>{key}</html>"), Replies.Error(503, key),
            Replies.Sse(Encoding.UTF8.GetBytes($$$"""data: {"error":{"message":"key {{{key}}} is wrong"}}""" + "\n\n")),
            Replies.Sse(Encoding.UTF8.GetBytes($"data: not json {key}\n\n")));

        var said = new StringBuilder();
        for (var call = 0; call < 5; call++)
        {
            var heard = await Heard.FromAsync(host.Chat(model), cancellationToken: Token);
            said.Append(CultureInfo.InvariantCulture, $"{heard.Failure} {heard.Text}\n");
        }

        var provider = host.Catalogue.Find(model)!.Provider;
        await host.DiscoverAsync(provider, Token);
        said.Append(host.Catalogue.ProblemOf(host.Catalogue.Find(model)!)).Append(host.Catalogue.Find(model));

        Assert.Equal(6, stub.ChatRequests.Count);
        Assert.DoesNotContain(key, said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-live-0123456789abcdef", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, logs.Text, StringComparison.Ordinal);
        Assert.Contains("provider_auth", logs.Text, StringComparison.Ordinal);
    }
}
