using Bunit;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Tests.Web.Components.Fakes;
using Convo.Web.Components.Chat;
using Convo.Web.Components.Chat.Markdown;
using Microsoft.Extensions.Logging.Abstractions;

namespace Convo.Tests.Web.Components.Chat;

public sealed class AnswerTests : ComponentTest
{
    private static readonly MessageUsage Usage1 = new(2_100, 500, 814, 0, 0.0041m, Estimated: false);

    [Theory]
    [InlineData("stop", 4, "The oldest 4 messages")]
    [InlineData("length", 0, "longest allowed length")]
    [InlineData("content_filter", 0, "filter stopped the answer")]
    public void AnswerNotice_CompleteButNotAsHoped_SaysSo(string reason, int omitted, string said)
    {
        var answer = Answer("Text") with { FinishReason = reason, OmittedMessages = omitted };

        var notice = Render<AnswerNotice>(p => p.Add(x => x.Message, answer));

        Assert.Contains(said, notice.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerNotice_CompleteAndWhole_SaysNothing() =>
        Assert.Empty(Render<AnswerNotice>(p => p.Add(x => x.Message, Answer("Text") with { FinishReason = "stop" })).Markup.Trim());

    [Fact]
    public async Task AnswerBody_FiveHundredDeltas_RendersAFewTimesAndShowsAllOfThem()
    {
        var answer = Answer("", MessageStatus.Streaming);
        await using var live = new LiveAnswer(Turns, new MarkdownService(), Time, NullLogger.Instance, answer.Id);
        var body = Render<AnswerBody>(p => p.Add(x => x.Message, answer).Add(x => x.Live, live));
        live.Start(Caller);
        for (var i = 0; i < 500; i++) Turns.Say(answer.Id, "word ");
        Turns.End(answer.Id);
        await live.Completion;

        body.WaitForAssertion(() => Assert.Equal(500, body.Find("p").TextContent.Split("word").Length - 1));
        Assert.InRange(body.RenderCount, 2, 5);
    }

    [Fact]
    public void AnswerBody_BeforeTheFirstWord_SaysWhatHappens()
    {
        var answer = Answer("", MessageStatus.Streaming);
        using var _ = new Disposer(new LiveAnswer(Turns, new MarkdownService(), Time, NullLogger.Instance, answer.Id), out var live);
        var body = Render<AnswerBody>(p => p.Add(x => x.Message, answer).Add(x => x.Live, live));

        Assert.Equal("Starting…", body.Find("[role=status]").TextContent);
    }

    [Theory]
    [InlineData(MessageStatus.Stopped, null, "Stopped. The text so far is kept.")]
    [InlineData(MessageStatus.Interrupted, null, "The answer was cut off")]
    [InlineData(MessageStatus.Failed, "provider_overloaded", "The provider is overloaded")]
    [InlineData(MessageStatus.Failed, "something_new", "The answer could not be made")]
    public void AssistantMessage_NotComplete_SaysSo(MessageStatus status, string? code, string text)
    {
        var answer = Answer("Half", status, message => message with { Error = code is null ? null : new Problem(code, "Why and what next.") });
        var view = Show(answer);

        Assert.Contains(text, view.Find("article").TextContent, StringComparison.Ordinal);
        Assert.Contains("Half", view.Find(".prose").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void AssistantMessage_Failed_RetryAsksForTheSameAnswerAgain()
    {
        var answer = Answer("", MessageStatus.Failed, message => message with { Error = new Problem("provider_timeout", "Too slow.") });
        Guid? asked = null;
        var view = Show(answer, p => p.Add(x => x.OnRegenerate, again => asked = again.MessageId));
        view.FindAll("button").Single(button => button.TextContent == "Retry").Click();

        Assert.Equal(answer.Id, asked);
    }

    [Fact]
    public void AssistantMessage_Names_AreTheContract()
    {
        var view = Show(Answer("Text"));

        Assert.Equal("Assistant", view.Find("article").GetAttribute("aria-label"));
        Assert.NotNull(view.Find("button[aria-label=Copy]"));
        Assert.NotNull(view.Find("button[aria-label=Regenerate]"));
    }

    [Fact]
    public void AnswerFooter_Usage_ShowsTokensCostAndTime()
    {
        var view = Show(Answer("Text", with: message => message with { Usage = Usage1, Duration = TimeSpan.FromSeconds(2.8) }));

        Assert.Contains("2,914 tokens · $0.0041 · 2.8 s", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerFooter_UnknownPrice_ShowsADashAndNeverZero()
    {
        var view = Show(Answer("Text", with: message => message with { Usage = Usage1 with { Cost = null, Estimated = true } }));

        Assert.Contains("≈ 2,914 tokens · –", view.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("$0", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerFooter_WhileAnotherAnswerRuns_CannotRegenerate() =>
        Assert.True(Show(Answer("Text"), p => p.Add(x => x.Locked, true)).Find("button[aria-label=Regenerate]").HasAttribute("disabled"));

    [Fact]
    public void BranchSwitch_OneVersion_IsAbsent() => Assert.Empty(Show(Answer("Text")).FindAll("[aria-label='Next version']"));

    [Fact]
    public void BranchSwitch_SecondOfTwo_LeadsBackOnly()
    {
        var first = Answer("First");
        var second = Conversations.Message(Conversations.AddMessage(first.ThreadId, first.ParentId, MessageRole.Assistant, "Second", MessageStatus.Complete).Id);
        Guid? shown = null;
        var view = Show(second, p => p.Add(x => x.OnBranch, id => shown = id));

        Assert.True(view.Find("[aria-label='Next version']").HasAttribute("disabled"));
        view.Find("[aria-label='Previous version']").Click();
        Assert.Equal(first.Id, shown);
    }

    [Fact]
    public void SourceList_ThreePassagesOfTwoFiles_AreTwoRows()
    {
        var a = new Citation(1, Time.NewId(), Time.NewId(), "a.pdf", 3, 3, "words", Verified: true);
        var view = Show(Answer("See [1][2][3].", with: message => message with
        {
            Citations = [a, a with { Number = 2, PageFrom = 5, PageTo = 6 }, new Citation(3, Time.NewId(), Time.NewId(), "b.pdf", 1, 1, "x", Verified: false)],
        }));

        var button = view.FindAll("button").Single(b => b.TextContent == "3 sources");
        Assert.Equal("false", button.GetAttribute("aria-expanded"));
        button.Click();
        Assert.Equal(2, view.FindAll(".sources .doc").Count);
        Assert.Equal("2 pp. 5–6", view.Find("[data-cite='2'][aria-label^='Source 2,']").TextContent);
        Assert.Contains("not verified", view.Find("[data-cite='3'][aria-label^='Source 3,']").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, view.FindAll(".prose .cite").Count);
    }

    private IRenderedComponent<AssistantMessage> Show(Message message, Action<ComponentParameterCollectionBuilder<AssistantMessage>>? more = null) =>
        Render<AssistantMessage>(p =>
        {
            p.Add(x => x.Message, message).Add(x => x.ModelName, "Small One").Add(x => x.Models, new FakeModels().List());
            more?.Invoke(p);
        });

    private sealed class Disposer : IDisposable
    {
        private readonly LiveAnswer _live;

        public Disposer(LiveAnswer value, out LiveAnswer live) => live = _live = value;

        public void Dispose() => _live.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
