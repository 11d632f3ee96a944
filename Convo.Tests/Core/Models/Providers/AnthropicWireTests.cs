using System.Text;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>What goes to Anthropic and what comes back, on the wire, through the official SDK.</summary>
public sealed class AnthropicWireTests
{
    private const string Haiku = "claude-haiku-4-5";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chat_ModelThatTakesTemperature_IsSentItInTheVersionThatHasIt()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(AnthropicWire.Text("Fine."));
        var options = new ChatOptions { Temperature = 0.3f, MaxOutputTokens = 77, StopSequences = ["END"] };

        var heard = await Heard.FromAsync(host.Chat(Haiku), "Hello", options, Token);

        var request = stub.ChatRequests.Single();
        Assert.Equal(("/v1/messages", "2023-06-01", "sk-ant-stub-key-123"), (request.Path, request.Headers["anthropic-version"], request.Headers["x-api-key"]));
        Assert.Equal(0.3f, request.Json!["temperature"]!.GetValue<float>(), 3);
        Assert.Equal((77, Haiku, "END"), (request.Json["max_tokens"]!.GetValue<int>(), request.Model, request.Json["stop_sequences"]![0]!.GetValue<string>()));
        Assert.Equal(("Fine.", ChatFinishReason.Stop), (heard.Text, heard.FinishReason));
    }

    [Theory]
    [InlineData(Haiku, null)]
    [InlineData("claude-sonnet-5", 0.3f)]
    public async Task Chat_NoTemperatureOrNotTaken_IsSentNoneInTheSdksVersion(string model, float? temperature)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(AnthropicWire.Text("Fine."));

        await Heard.FromAsync(host.Chat(model), "Hello", new ChatOptions { Temperature = temperature }, Token);

        var request = stub.ChatRequests.Single();
        Assert.Equal("2026-10-21", request.Headers["anthropic-version"]);
        Assert.Null(request.Json!["temperature"]);
    }

    [Fact]
    public async Task Chat_TemperatureOfAnotherScale_IsSentWithinAnthropics()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(AnthropicWire.Text("Fine."));

        await Heard.FromAsync(host.Chat(Haiku), "Hello", new ChatOptions { Temperature = 1.8f }, Token);

        Assert.Equal(1f, stub.ChatRequests.Single().Json!["temperature"]!.GetValue<float>());
        Assert.Equal(1, host.Catalogue.Find(Haiku)!.MaxTemperature);
    }

    [Fact]
    public async Task Chat_SystemHistoryAndPicture_ReachTheWire()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(AnthropicWire.Text("Fine."));
        byte[] pixels = [1, 2, 3, 250];

        await host.Chat(Haiku).GetResponseAsync(
            [
                new(ChatRole.System, "be brief"), new(ChatRole.User, "one"), new(ChatRole.Assistant, "two"),
                new(ChatRole.User, [new DataContent(pixels, "image/png"), new TextContent("what is this?")]),
            ],
            cancellationToken: Token);

        var json = stub.ChatRequests.Single().Json!;
        Assert.Equal("be brief", json["system"]![0]!["text"]!.GetValue<string>());
        Assert.Equal(["user", "assistant", "user"], json["messages"]!.AsArray().Select(m => m!["role"]!.GetValue<string>()));
        var source = json["messages"]![2]!["content"]![0]!["source"]!;
        Assert.Equal(("base64", "image/png", Convert.ToBase64String(pixels)), (source["type"]!.GetValue<string>(), source["media_type"]!.GetValue<string>(), source["data"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Chat_CachedInput_IsPartOfTheInput()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(AnthropicWire.Text("Fine.", input: 10, output: 5, cacheRead: 100, cacheWritten: 40));

        var heard = await Heard.FromAsync(host.Chat(Haiku), cancellationToken: Token);

        Assert.Equal(new AnswerUsage(150, 100, 5, 0, Estimated: false), heard.Usage);
    }

    [Theory]
    [InlineData(401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", ProviderErrors.Auth)]
    [InlineData(404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}""", ProviderErrors.ModelNotFound)]
    [InlineData(429, """{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}""", ProviderErrors.RateLimited)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ProviderErrors.Overloaded)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200001 tokens > 200000 maximum"}}""", ProviderErrors.ContextTooLong)]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}""", ProviderErrors.RateLimited)]
    public async Task Chat_HttpError_GivesTheCodeWithOneCall(int status, string body, string code)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1"));
        stub.Enqueue(Replies.Error(status, body));

        Assert.Equal(code, (await Heard.FromAsync(host.Chat(Haiku), cancellationToken: Token)).Code);
        Assert.Single(stub.ChatRequests);
    }

    [Fact]
    public async Task Chat_ErrorInsideTheStream_KeepsTheTextAndFails()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = At(stub);
        stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"So far\"}}\n\n"
            + "event: something_new\ndata: {\"type\":\"something_new\"}\n\n"
            + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n")));

        var heard = await Heard.FromAsync(host.Chat(Haiku), cancellationToken: Token);

        Assert.Equal(("So far", ProviderErrors.Overloaded), (heard.Text, heard.Code));
    }

    private static ModelsHost At(ProviderStub stub, params (string Name, string Value)[] settings) =>
        new(null, null, [("ANTHROPIC_API_KEY", "sk-ant-stub-key-123"), ("ANTHROPIC_BASE_URL", stub.BaseUrl.ToString()), .. settings]);
}
