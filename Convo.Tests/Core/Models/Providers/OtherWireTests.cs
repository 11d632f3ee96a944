using System.Text;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>Azure OpenAI, Gemini by both doors, Responses, and servers by configuration: what goes out and what is read.</summary>
public sealed class OtherWireTests
{
    private static readonly byte[] Pixels = [9, 8, 7, 255];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Azure_Chat_GoesToTheDeploymentWithKeyTemperatureAndUsage()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null,
            ("AZURE_OPENAI_API_KEY", "azure-key-1234"), ("AZURE_OPENAI_ENDPOINT", new Uri(stub.BaseUrl, "/").ToString()), ("AZURE_OPENAI_MODELS", "our-gpt-4o"));
        stub.Enqueue(Replies.Text("Fine.", new StubUsage(20, 4, Cached: 8)));

        var heard = await AskWithPictureAsync(host.Chat("azure/our-gpt-4o"), temperature: 0.25f);

        var request = stub.ChatRequests.Single();
        Assert.Equal("/openai/deployments/our-gpt-4o/chat/completions", request.Path);
        Assert.Equal("azure-key-1234", request.Headers["api-key"]);
        Assert.Equal(0.25f, request.Json!["temperature"]!.GetValue<float>());
        Assert.True(request.WantsStream);
        Assert.Equal("Fine.", heard.Text);
        Assert.False(heard.Usage!.Estimated);
        Assert.Equal((20, 8, 4), (heard.Usage.InputTokens, heard.Usage.CachedInputTokens, heard.Usage.OutputTokens));
    }

    [Fact]
    public async Task Azure_ReasoningDeployment_IsSentNoTemperature()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null,
            ("AZURE_OPENAI_API_KEY", "azure-key-1234"), ("AZURE_OPENAI_ENDPOINT", new Uri(stub.BaseUrl, "/").ToString()), ("AZURE_OPENAI_MODELS", "gpt-5-mini"));
        stub.Enqueue(Replies.Error(429, """{"error":{"code":"429","message":"Requests have exceeded the call rate limit."}}""", ("retry-after-ms", "20")), Replies.Text("Fine."));

        var heard = await Heard.FromAsync(host.Chat("azure/gpt-5-mini"), options: new ChatOptions { Temperature = 1, MaxOutputTokens = 50 }, cancellationToken: Token);

        Assert.Equal("Fine.", heard.Text);
        Assert.Equal(2, stub.ChatRequests.Count);
        Assert.All(stub.ChatRequests, r => Assert.Null(r.Json!["temperature"]));
    }

    [Fact]
    public async Task Gemini_Chat_GoesToTheCompatibleDoorWithTemperatureAndPicture()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null, ("GEMINI_API_KEY", "AIza-stub"), ("GEMINI_BASE_URL", $"{stub.BaseUrl}beta/openai/"));
        stub.Enqueue(Replies.Text("Fine."));

        var heard = await AskWithPictureAsync(host.Chat("gemini-2.5-flash"), temperature: 0.5f);

        var request = stub.ChatRequests.Single();
        Assert.Equal(("/v1beta/openai/chat/completions", "Bearer AIza-stub", 0.5f), (request.Path, request.Headers["Authorization"], request.Json!["temperature"]!.GetValue<float>()));
        Assert.Equal(DataUrl, request.Json["messages"]![1]!["content"]![0]!["image_url"]!["url"]!.GetValue<string>());
        Assert.Equal("Fine.", heard.Text);
    }

    [Fact]
    public async Task OpenAI_Picture_IsInTheRequestAndNeverAnAddress()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("OPENAI_MODELS", "gpt-4o"));

        await AskWithPictureAsync(host.Chat("gpt-4o"), temperature: null);

        Assert.Equal(DataUrl, stub.ChatRequests.Single().Json!["messages"]![1]!["content"]![0]!["image_url"]!["url"]!.GetValue<string>());
    }

    [Fact]
    public async Task GeminiNative_Chat_SpeaksItsOwnProtocol()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = Configured(stub, "gemini");
        stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes("""
            data: {"candidates":[{"content":{"parts":[{"thought":true,"text":"hm"},{"text":"Fi"}],"role":"model"}}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}

            data: {"candidates":[{"content":{"parts":[{"text":"ne."}],"role":"model"},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"thoughtsTokenCount":5,"cachedContentTokenCount":4,"totalTokenCount":17}}


            """.ReplaceLineEndings("\r\n"))));

        var heard = await AskWithPictureAsync(host.Chat("m"), temperature: 0.5f);

        var request = stub.ChatRequests.Single();
        Assert.Equal(("/v1/models/m:streamGenerateContent", "server-key-99"), (request.Path, request.Headers["x-goog-api-key"]));
        Assert.False(request.Headers.ContainsKey("Authorization"));
        Assert.Equal("be brief", request.Json!["systemInstruction"]!["parts"]![0]!["text"]!.GetValue<string>());
        Assert.Equal(Convert.ToBase64String(Pixels), request.Json["contents"]![0]!["parts"]![0]!["inlineData"]!["data"]!.GetValue<string>());
        Assert.Equal((0.5f, 40), (request.Json["generationConfig"]!["temperature"]!.GetValue<float>(), request.Json["generationConfig"]!["maxOutputTokens"]!.GetValue<int>()));
        Assert.Equal(("Fine.", "hm", ChatFinishReason.Length, new AnswerUsage(9, 4, 8, 5, false)), (heard.Text, heard.Reasoning, heard.FinishReason, heard.Usage));
    }

    [Fact]
    public async Task Responses_Chat_SpeaksItsOwnProtocol()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = Configured(stub, "responses");
        stub.Enqueue(Replies.Sse(Encoding.UTF8.GetBytes("""
            event: response.output_text.delta
            data: {"type":"response.output_text.delta","delta":"Fine."}

            event: response.completed
            data: {"type":"response.completed","response":{"output":[],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":8,"output_tokens_details":{"reasoning_tokens":5}}}}


            """)));

        var heard = await AskWithPictureAsync(host.Chat("m"), temperature: 0.5f);

        var request = stub.ChatRequests.Single();
        Assert.Equal(("/v1/responses", "Bearer server-key-99", false), (request.Path, request.Headers["Authorization"], request.Json!["store"]!.GetValue<bool>()));
        Assert.Equal("input_image:" + DataUrl, $"{request.Json["input"]![1]!["content"]![0]!["type"]}:{request.Json["input"]![1]!["content"]![0]!["image_url"]}");
        Assert.Equal((0.5f, 40), (request.Json["temperature"]!.GetValue<float>(), request.Json["max_output_tokens"]!.GetValue<int>()));
        Assert.Equal(("Fine.", new AnswerUsage(9, 4, 8, 5, false)), (heard.Text, heard.Usage));
    }

    [Fact]
    public async Task Configured_ServerWithoutNamedModels_OffersItsList()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.Models = ["qwen3", "nomic-embed-text"];
        await using var host = new ModelsHost(null, null, ("Convo:Providers:vllm:BaseUrl", stub.BaseUrl.ToString()), ("Convo:Providers:vllm:Name", "Our GPU box"));

        await host.DiscoverAsync("vllm", Token);

        Assert.Equal("vllm/qwen3", host.Catalogue.Default.QualifiedId);
        Assert.Equal("You said: hi", (await Heard.FromAsync(host.Chat("vllm/qwen3"), cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task Chat_ModelWithoutSystemRole_GetsTheInstructionsFromThePerson()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("OPENAI_MODELS", "o1-mini"));

        await host.Chat("o1-mini").GetResponseAsync([new(ChatRole.System, "be brief"), new(ChatRole.User, "one")], new ChatOptions { StopSequences = ["x"], Temperature = 1 }, Token);

        var json = stub.ChatRequests.Single().Json!;
        Assert.Equal("user", Assert.Single(json["messages"]!.AsArray())!["role"]!.GetValue<string>());
        Assert.Equal("be brief\n\none", stub.ChatRequests.Single().LastUserText);
        Assert.Null(json["stop"]);
        Assert.Null(json["temperature"]);
    }

    private static string DataUrl => "data:image/png;base64," + Convert.ToBase64String(Pixels);

    private static ModelsHost Configured(ProviderStub stub, string protocol) => new(null, null,
        ("Convo:Providers:box:Protocol", protocol), ("Convo:Providers:box:BaseUrl", stub.BaseUrl.ToString()), ("Convo:Providers:box:ApiKey", "server-key-99"), ("Convo:Providers:box:Models", "m"));

    private static async Task<Heard> AskWithPictureAsync(IChatClient client, float? temperature)
    {
        List<ChatMessage> messages = [new(ChatRole.System, "be brief"), new(ChatRole.User, [new DataContent(Pixels, "image/png"), new TextContent("what is this?")])];
        return await Heard.FromAsync(client, messages, new ChatOptions { Temperature = temperature, MaxOutputTokens = 40 }, Token);
    }
}
