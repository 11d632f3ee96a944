using System.Text;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>What is sent and what is read, on the wire.</summary>
public sealed class OpenAIWireTests
{
    [Fact]
    public async Task Chat_CompatibleServer_IsSentMaxTokensUsageAndTemperature()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        var options = new ChatOptions { Temperature = 0.25f, MaxOutputTokens = 77 };

        var heard = await Heard.FromAsync(host.Chat(), "Hello", options, TestContext.Current.CancellationToken);

        var request = stub.ChatRequests.Single();
        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal($"Bearer {ModelsHost.Key}", request.Headers["Authorization"]);
        Assert.Equal("stub-model", request.Model);
        Assert.True(request.WantsStream);
        Assert.True(request.WantsUsage);
        Assert.Equal(77, request.Json!["max_tokens"]!.GetValue<int>());
        Assert.Null(request.Json["max_completion_tokens"]);
        Assert.Equal(0.25f, request.Json["temperature"]!.GetValue<float>());
        Assert.Equal("You said: Hello", heard.Text);
        Assert.Equal(77, options.MaxOutputTokens);
    }

    [Fact]
    public async Task Chat_ReasoningModel_IsSentNoTemperature()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("OPENAI_MODELS", "o4-mini"));

        await Heard.FromAsync(host.Chat("o4-mini"), "Hello", new ChatOptions { Temperature = 0.25f }, TestContext.Current.CancellationToken);

        Assert.Null(stub.ChatRequests.Single().Json!["temperature"]);
    }

    [Fact]
    public async Task Chat_History_KeepsRolesAndOrder()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);

        await host.Chat().GetResponseAsync(
            [new(ChatRole.System, "be brief"), new(ChatRole.User, "one"), new(ChatRole.Assistant, "two"), new(ChatRole.User, "three")],
            cancellationToken: TestContext.Current.CancellationToken);

        var sent = stub.ChatRequests.Single().Json!["messages"]!.AsArray().Select(m => $"{m!["role"]}:{m["content"]}");
        Assert.Equal(["system:be brief", "user:one", "assistant:two", "user:three"], sent);
    }

    [Fact]
    public async Task Chat_UsageTold_IsReadWithCachedAndReasoning()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        stub.Enqueue(Replies.Text("Fine.", new StubUsage(Input: 100, Output: 40, Cached: 64, Reasoning: 30)));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(new AnswerUsage(100, 64, 40, 30, Estimated: false), heard.Usage);
        Assert.Equal(ChatFinishReason.Stop, heard.FinishReason);
    }

    [Fact]
    public async Task Chat_UsageWithEveryChunk_CountsTheLastOnly()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        var body = string.Concat(Enumerable.Range(1, 3).Select(i =>
            $$$"""data: {"choices":[{"index":0,"delta":{"content":"w{{{i}}} "},"finish_reason":{{{(i == 3 ? "\"end_turn\"" : "null")}}}}],"usage":{"prompt_tokens":9,"completion_tokens":{{{i}}},"total_tokens":{{{9 + i}}}}}""" + "\n\n")) + "data: [DONE]\n\n";
        stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes(body)));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(("w1 w2 w3 ", new AnswerUsage(9, 0, 3, 0, Estimated: false)), (heard.Text, heard.Usage));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_UsageMissingOrLowerThanTheText_IsEstimated(bool told)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        var text = string.Join(' ', Enumerable.Range(0, 50).Select(i => $"word{i}"));
        stub.Enqueue(Replies.Sse(OpenAIWire.Stream(text, "stop", told ? new StubUsage(5, 1) : null)));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(heard.Usage!.Estimated);
        Assert.Equal(host.Get<ITokenCounter>().Count(text), heard.Usage.OutputTokens);
        Assert.True(heard.Usage.InputTokens > 0);
    }

    [Theory]
    [InlineData("\uFEFFdata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é😀\"}}]}\r\n\r\n: comment\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"漢\"},\r\ndata: \"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]", "é😀漢")]
    [InlineData("data:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\rdata:{\"choices\":[]}\r\rdata:{\"choices\":[{\"delta\":{\"content\":null}}]}\r\revent: ping\rdata: {}\r\rdata: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"eos\"}]}\r\rdata: [DONE]\r\r", "ab")]
    [InlineData("id: 7\nretry: 10\ndata: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"x\"}]}}]}\n\ndata: [DONE]\n\n", "x")]
    public async Task Chat_OddFraming_IsReadHoweverCut(string body, string text)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        foreach (var chop in Chop.All)
        {
            stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes(body), chop));
            var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((text, ChatFinishReason.Stop, null), (heard.Text, heard.FinishReason, heard.Code));
        }
    }

    [Fact]
    public async Task Chat_ReasoningText_IsApartFromTheAnswer()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        stub.Enqueue(Replies.Sse("data: {\"choices\":[{\"delta\":{\"reasoning\":\"let me see\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"42\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"u8.ToArray()));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(("42", "let me see"), (heard.Text, heard.Reasoning));
    }

    [Fact]
    public async Task Chat_LargeEvent_IsReadAndAnEndlessOneRefused()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("CONVO_MAX_ANSWER_CHARACTERS", "10000000"));
        var large = new string('x', 2_000_000);
        stub.Enqueue(Replies.Text(large), Replies.Sse(Encoding.UTF8.GetBytes("data: " + new string('y', 9_000_000))));

        Assert.Equal(2_000_000, (await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken)).Text.Length);
        Assert.Equal(ProviderErrors.BadResponse, (await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken)).Code);
    }
}
