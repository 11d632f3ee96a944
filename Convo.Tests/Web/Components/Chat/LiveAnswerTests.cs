using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Tests.Web.Components.Fakes;
using Convo.Web.Components.Chat;
using Convo.Web.Components.Chat.Markdown;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Web.Components.Chat;

public sealed class LiveAnswerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 14, 2, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly FakeConversations _conversations;
    private readonly FakeTurns _turns;
    private readonly Caller _caller;
    private readonly Guid _answer;

    public LiveAnswerTests()
    {
        _conversations = new FakeConversations(_time);
        _turns = new FakeTurns(_conversations, _time);
        _caller = new Caller(_time.NewId(), Role.Member);
        var thread = _conversations.AddThread(_caller, null);
        _answer = _conversations.AddMessage(thread.Id, null, MessageRole.Assistant, "", MessageStatus.Streaming).Id;
    }

    [Fact]
    public async Task Changed_ThousandDeltasInOneInterval_IsRaisedOnceForThemAndOnceForTheEnd()
    {
        var changes = 0;
        await using var live = new LiveAnswer(_turns, new MarkdownService(), _time, NullLogger.Instance, _answer);
        live.Changed += () => Interlocked.Increment(ref changes);
        live.Start(_caller);
        for (var i = 0; i < 1000; i++) _turns.Say(_answer, "word ");
        _turns.End(_answer);
        await live.Completion;

        Assert.Equal(2, changes);
        Assert.True(live.State.Done);
        Assert.Contains("word word", Assert.Single(live.State.Blocks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_DeltaAfterTheFirst_WaitsForTheInterval()
    {
        await using var live = new LiveAnswer(_turns, new MarkdownService(), _time, NullLogger.Instance, _answer);
        var first = new TaskCompletionSource();
        var staged = new TaskCompletionSource();
        live.Changed += () => (live.State.Stage is null ? first : staged).TrySetResult();
        live.Start(_caller);
        _turns.Say(_answer, "one");
        await first.Task;
        _turns.Say(_answer, " two");
        // A change of stage is told at once, and comes after the delta in the log: the delta has been read by then.
        _turns.LogOf(_answer).Add(new TurnStageChanged(TurnStage.Answering));
        await staged.Task;
        Assert.DoesNotContain("two", live.State.Blocks[0], StringComparison.Ordinal);

        _time.Advance(LiveAnswer.Interval);

        Assert.Contains("one two", live.State.Blocks[0], StringComparison.Ordinal);
    }

    /// <summary>A text that is hard to draw must not take a processor for itself.</summary>
    [Fact]
    public async Task Changed_AfterARepaintThatTookLong_WaitsTenTimesAsLong()
    {
        await using var live = new LiveAnswer(_turns, new MarkdownService(), _time, NullLogger.Instance, _answer);
        var first = new TaskCompletionSource();
        var staged = new TaskCompletionSource();
        live.Changed += () => (live.State.Stage is null ? first : staged).TrySetResult();
        // Each look at the clock takes 50 ms now, and so does each repaint.
        _time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(50);
        live.Start(_caller);
        _turns.Say(_answer, "one");
        await first.Task;
        _time.AutoAdvanceAmount = TimeSpan.Zero;
        _turns.Say(_answer, " two");
        _turns.LogOf(_answer).Add(new TurnStageChanged(TurnStage.Answering));
        await staged.Task;

        _time.Advance(LiveAnswer.Interval);
        Assert.DoesNotContain("two", live.State.Blocks[0], StringComparison.Ordinal);
        _time.Advance(4 * LiveAnswer.Interval);
        Assert.Contains("one two", live.State.Blocks[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LogBreaksInTheMiddle_GoesOnAfterTheLastEventWithoutRepeating()
    {
        var reader = new BreakingReader(_turns);
        await using var live = new LiveAnswer(reader, new MarkdownService(), _time, NullLogger.Instance, _answer);
        _turns.Say(_answer, "one ");
        _turns.Say(_answer, "two ");
        live.Start(_caller);
        await reader.Broke.Task;
        _turns.Say(_answer, "three");
        _turns.End(_answer);
        while (!live.Completion.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("<p>one two three</p>", Assert.Single(live.State.Blocks).Trim());
        Assert.False(live.State.Lost);
    }

    [Fact]
    public async Task Apply_TurnFails_KeepsTextAndSaysWhy()
    {
        await using var live = new LiveAnswer(_turns, new MarkdownService(), _time, NullLogger.Instance, _answer);
        _turns.Say(_answer, "so far");
        _turns.End(_answer, MessageStatus.Failed, error: new Problem("provider_overloaded", "Overloaded."));
        live.Start(_caller);
        await live.Completion;

        Assert.Equal("provider_overloaded", live.State.Failure!.Code);
        Assert.Contains("so far", live.State.Blocks[0], StringComparison.Ordinal);
    }

    /// <summary>Fails once after two events, as a lost Redis would.</summary>
    private sealed class BreakingReader(ITurnReader inner) : ITurnReader
    {
        public TaskCompletionSource Broke { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<TurnEvent> ReadAsync(
            Caller caller, Guid messageId, long afterSeq, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var entry in inner.ReadAsync(caller, messageId, afterSeq, cancellationToken))
            {
                yield return entry;
                if (entry.Seq == 2 && Broke.TrySetResult()) throw new InvalidOperationException("The log went away.");
            }
        }
    }
}
