using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Convo.Tests.Core.Models.Middleware;

public sealed class FallbackTests
{
    private static readonly ModelInfo Second = new("second", "other", "Second", 1000, 100, null);
    private static readonly ModelInfo Seeing = new("third", "other", "Third", 1000, 100, null, SupportsImages: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_FirstFailsBeforeAWord_TheNextAnswersAndTheStreamSaysSo()
    {
        var updates = await Around([Failure(ProviderErrors.Overloaded)], (Second, ["fine", ScriptedChatClient.End()]))
            .GetStreamingResponseAsync("hi", cancellationToken: Token).ToListAsync(Token);

        var switched = Assert.Single(updates.SelectMany(u => u.Contents).OfType<ModelSwitched>());
        Assert.Equal((Second, ProviderErrors.Overloaded), (switched.Model, switched.Reason.Code));
        Assert.Equal("fine", string.Concat(updates.Select(u => u.Text)));
    }

    [Fact]
    public async Task Ask_FirstFailsAfterAWord_IsItsFailure()
    {
        var heard = await Heard.FromAsync(Around(["So ", Failure(ProviderErrors.Overloaded)], (Second, ["fine", ScriptedChatClient.End()])), cancellationToken: Token);

        Assert.Equal(("So ", ProviderErrors.Overloaded), (heard.Text, heard.Code));
    }

    [Theory]
    [InlineData(ProviderErrors.ContentFiltered)]
    [InlineData(ProviderErrors.ContextTooLong)]
    public async Task Ask_WhatWasAskedIsTheTrouble_NobodyElseIsAsked(string code) =>
        Assert.Equal(code, (await Heard.FromAsync(Around([Failure(code)], (Second, ["fine", ScriptedChatClient.End()])), cancellationToken: Token)).Code);

    [Fact]
    public async Task Ask_AllFail_TheFirstFailureIsTold() =>
        Assert.Equal(
            ProviderErrors.Auth,
            (await Heard.FromAsync(Around([Failure(ProviderErrors.Auth)], (Second, [Failure(ProviderErrors.Unreachable)])), cancellationToken: Token)).Code);

    [Fact]
    public async Task Ask_WithAPicture_OnlyModelsThatSeeAreAsked()
    {
        var client = Around([Failure(ProviderErrors.Auth)], (Second, ["blind", ScriptedChatClient.End()]), (Seeing, ["seen", ScriptedChatClient.End()]));

        var heard = await Heard.FromAsync(client, [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], null, Token);

        Assert.Equal("seen", heard.Text);
    }

    private static ProviderException Failure(string code) => new(code, "no");

    private static FallbackChatClient Around(object[] first, params (ModelInfo Model, object[] Script)[] others) => new(
        new ScriptedChatClient(first),
        [.. others.Select(o => (o.Model, (Func<IChatClient>)(() => new ScriptedChatClient(o.Script))))],
        NullLogger.Instance);
}
