using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Xunit;

namespace Convo.Tests.Core.Models.Middleware;

/// <summary>The concerns that look at what an answer is: its end, its length, its usage, its parameters, its failures.</summary>
public sealed class AnswerShapeTests
{
    private static readonly ModelInfo Model = new("m", "p", "M", 1000, 100, Prices: null, SupportsTemperature: false);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EndOfStream_NoReason_IsCut()
    {
        var client = Around(new ScriptedChatClient(["half an"]), b => b.UseEndOfStreamCheck("The stub"));

        var heard = await Heard.FromAsync(client, cancellationToken: Token);

        Assert.Equal(("half an", ProviderErrors.StreamCut), (heard.Text, heard.Code));
        await Assert.ThrowsAsync<ProviderException>(() => client.GetResponseAsync("hi", cancellationToken: Token));
    }

    [Theory]
    [InlineData(10, null, "0123456789")]
    [InlineData(1000, 1, "0123456789abcdef")]
    public async Task LengthCap_EndlessAnswer_IsCutWithReasonLengthAndLeft(int characters, int? tokens, string text)
    {
        var provider = new ScriptedChatClient(["01234", "567", "89abcdefgh", ScriptedChatClient.Silence]);

        var heard = await Heard.FromAsync(Around(provider, b => b.UseLengthCap(characters)), "hi", new ChatOptions { MaxOutputTokens = tokens }, Token);

        Assert.Equal((text, ChatFinishReason.Length, 1), (heard.Text, heard.FinishReason, provider.Left));
    }

    [Fact]
    public async Task LengthCap_InsideAnEmoji_LeavesItOut()
    {
        var heard = await Heard.FromAsync(Around(new ScriptedChatClient(["abc😀"]), b => b.UseLengthCap(4)), cancellationToken: Token);

        Assert.Equal("abc", heard.Text);
    }

    [Fact]
    public async Task Usage_ToldInPieces_IsGivenOnceAtTheEnd()
    {
        var provider = new ScriptedChatClient([ScriptedChatClient.Usage(10, 1), "a b c", ScriptedChatClient.Usage(10, 3), ScriptedChatClient.End()]);
        var updates = await Around(provider, b => b.UseUsage(new O200kTokenCounter())).GetStreamingResponseAsync("hi", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(new AnswerUsage(10, 0, 3, 0, Estimated: false), AnswerUsage.From(Assert.IsType<UsageContent>(updates[^1].Contents.Single()).Details));
        Assert.DoesNotContain(updates[..^1], u => u.Contents.Any(c => c is UsageContent));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Usage_CutAnswer_IsNotSettledHere()
    {
        var heard = await Heard.FromAsync(
            Around(new ScriptedChatClient(["a", new ProviderException(ProviderErrors.StreamCut, "cut")]), b => b.UseUsage(new O200kTokenCounter())), cancellationToken: Token);

        Assert.Null(heard.Usage);
        Assert.Equal(ProviderErrors.StreamCut, heard.Code);
    }

    [Fact]
    public async Task Parameters_ModelWithoutTemperature_GetsNoneAndNoMoreOutputThanItGives()
    {
        var provider = new ScriptedChatClient([ScriptedChatClient.End()]);
        var asked = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 5000 };

        await Heard.FromAsync(Around(provider, b => b.UseModelParameters(Model)), "hi", asked, Token);

        Assert.Equal((null, 100, "m"), (provider.LastOptions!.Temperature, provider.LastOptions.MaxOutputTokens, provider.LastOptions.ModelId));
        Assert.Equal(0.5f, asked.Temperature);
    }

    [Fact]
    public async Task Failure_WrappedProviderException_ComesOutBare()
    {
        var inner = new ProviderException(ProviderErrors.Auth, "no");
        var client = Around(new ScriptedChatClient([new AggregateException(new InvalidOperationException("sdk", inner))]), b => b.UseFailureMapping("The stub"));

        Assert.Same(inner, (await Heard.FromAsync(client, cancellationToken: Token)).Failure);
    }

    [Fact]
    public async Task Failure_AnythingElse_IsABadResponse()
    {
        var client = Around(new ScriptedChatClient([new FormatException("secret detail")]), b => b.UseFailureMapping("The stub"));

        var heard = await Heard.FromAsync(client, cancellationToken: Token);

        Assert.Equal(ProviderErrors.BadResponse, heard.Code);
        Assert.DoesNotContain("secret", heard.Failure!.Message, StringComparison.Ordinal);
    }

    private static IChatClient Around(IChatClient provider, Func<ChatClientBuilder, ChatClientBuilder> use) => use(new ChatClientBuilder(provider)).Build();
}
