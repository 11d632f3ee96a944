using System.Text;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

public sealed class ProviderFailureTests
{
    [Theory]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided: sk-test-0123456789abcdefghij.","code":"invalid_api_key"}}""", ProviderErrors.Auth)]
    [InlineData(403, """{"error":{"message":"Country not supported","code":"unsupported_country_region_territory"}}""", ProviderErrors.Auth)]
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]""", ProviderErrors.Auth)]
    [InlineData(402, """{"error":{"message":"Insufficient credits","code":402}}""", ProviderErrors.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}""", ProviderErrors.RateLimited)]
    [InlineData(429, "", ProviderErrors.RateLimited)]
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}""", ProviderErrors.ContextTooLong)]
    [InlineData(400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","code":400}""", ProviderErrors.ContextTooLong)]
    [InlineData(400, """{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}""", ProviderErrors.ContextTooLong)]
    [InlineData(413, "<html>Payload too large</html>", ProviderErrors.ContextTooLong)]
    [InlineData(400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ProviderErrors.ContentFiltered)]
    [InlineData(403, """{"error":{"code":403,"message":"Input was flagged","metadata":{"reasons":["violence"]}}}""", ProviderErrors.ContentFiltered)]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", ProviderErrors.ModelNotFound)]
    [InlineData(404, """{"error":"model \"llama9\" not found, try pulling it first"}""", ProviderErrors.ModelNotFound)]
    [InlineData(404, """{"detail":"Not Found"}""", ProviderErrors.BadResponse)]
    [InlineData(404, "<html>nginx</html>", ProviderErrors.BadResponse)]
    [InlineData(301, "", ProviderErrors.BadResponse)]
    [InlineData(400, """{"error":{"message":"The model does not support image input; images are not supported."}}""", ProviderErrors.BadResponse)]
    [InlineData(408, "", ProviderErrors.Timeout)]
    [InlineData(500, """{"error":{"message":"The server had an error","type":"server_error"}}""", ProviderErrors.Overloaded)]
    [InlineData(503, "upstream connect error", ProviderErrors.Overloaded)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", ProviderErrors.Overloaded)]
    public async Task Chat_HttpError_GivesTheCodeAndNoKey(int status, string body, string code)
    {
        await using var stub = await ProviderStub.StartAsync();
        using var logs = new LogCapture();
        await using var host = new ModelsHost(null, logs, [.. ModelsHost.Address(stub), ("CONVO_PROVIDER_MAX_ATTEMPTS", "1")]);
        stub.Enqueue(Replies.Error(status, body));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(code, heard.Code);
        Assert.Single(stub.ChatRequests);
        Assert.DoesNotContain(ModelsHost.Key, heard.Failure!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", logs.Text, StringComparison.Ordinal);
        Assert.Contains(code, logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""data: {"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}""", ProviderErrors.RateLimited)]
    [InlineData("""data: {"error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""", ProviderErrors.Overloaded)]
    [InlineData("event: error\ndata: {\"message\":\"boom\",\"type\":\"server_error\"}", ProviderErrors.Overloaded)]
    [InlineData("""data: {"error":"context window exceeded"}""", ProviderErrors.ContextTooLong)]
    [InlineData("{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"The model is overloaded.\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}", ProviderErrors.Overloaded)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":", ProviderErrors.BadResponse)]
    public async Task Chat_ErrorInsideTheStream_KeepsTheTextAndFails(string sse, string code)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub);
        byte[] good = OpenAIWire.Event(OpenAIWire.DeltaChunk("So far"));
        stub.Enqueue(Replies.Sse((byte[])[.. good, .. Encoding.UTF8.GetBytes(sse + "\n\n"), .. OpenAIWire.End("stop", null)]));

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(("So far", code), (heard.Text, heard.Code));
        Assert.Single(stub.ChatRequests);
    }

    [Fact]
    public async Task Chat_NothingListens_IsUnreachable()
    {
        // A port that was free a moment ago.
        var stub = await ProviderStub.StartAsync();
        var address = ModelsHost.Address(stub);
        await stub.DisposeAsync();
        await using var host = new ModelsHost(null, null, [.. address, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1")]);

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ProviderErrors.Unreachable, heard.Code);
    }

    [Fact]
    public async Task Chat_ServerTalksNoTls_IsUnreachable()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null, [.. ModelsHost.Address(stub), ("OPENAI_BASE_URL", stub.BaseUrl.ToString().Replace("http:", "https:", StringComparison.Ordinal)), ("CONVO_PROVIDER_MAX_ATTEMPTS", "1")]);

        var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ProviderErrors.Unreachable, heard.Code);
    }

    [Theory]
    [InlineData("""{"error":{"message":"no such thing","code":"server_error"}}""", ProviderErrors.Overloaded)]
    [InlineData("""{"hello":"world"}""", ProviderErrors.BadResponse)]
    public async Task Chat_JsonInsteadOfAStream_Fails(string body, string code)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1"));
        stub.Enqueue(Replies.Error(200, body));

        Assert.Equal(code, (await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken)).Code);
    }
}

/// <summary>Everything that was logged, as text.</summary>
internal sealed class LogCapture : ILoggerProvider, ILogger
{
    private readonly StringBuilder _text = new();

    public LogLevel Level { get; init; } = LogLevel.Debug;

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text)
        {
            _text.Append(logLevel).Append(' ').AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
        }
    }

    public void Dispose()
    {
    }
}
