using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Xunit;

namespace Convo.Tests.Fakes;

public sealed class ProviderStubTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Chat_Streamed_EndsWithUsageAndDone()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.Enqueue(Replies.Text("Hello wide world", chop: Chop.Every(3)));

        var body = await PostAsync(stub, """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}""");

        var events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.NotNull(JsonNode.Parse(events[^2][6..])!["usage"]);
        var deltas = events[..^1].Select(e => JsonNode.Parse(e[6..])!["choices"]!.AsArray().FirstOrDefault()?["delta"]?["content"]?.GetValue<string>());
        Assert.Equal("Hello wide world", string.Concat(deltas));
        Assert.Equal("hi", stub.ChatRequests.Single().LastUserText);
    }

    [Fact]
    public async Task From_ChannelFaulted_ResetsTheConnection()
    {
        await using var stub = await ProviderStub.StartAsync();
        var deltas = Channel.CreateUnbounded<string>();
        stub.Enqueue(Replies.From(deltas.Reader));
        deltas.Writer.TryWrite("one ");
        deltas.Writer.Complete(new IOException("test"));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => PostAsync(stub, """{"stream":true,"messages":[]}"""));
    }

    [Fact]
    public async Task Stall_ClientGone_IsSeen()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.Enqueue(Replies.Stall("data: {}\n\n"u8.ToArray()));
        using var gone = new CancellationTokenSource();
        var call = Http.PostAsJsonAsync(stub.BaseUrl + "/chat/completions", new { stream = true }, gone.Token);

        var request = await stub.NextRequestAsync(TestContext.Current.CancellationToken);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await request.Disconnected.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task<string> PostAsync(ProviderStub stub, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(stub.BaseUrl + "/chat/completions", content, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
