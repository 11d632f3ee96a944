using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Core.Turns;

/// <summary>One turn from acceptance to its end, on a real database and Redis.</summary>
public sealed class TurnLifecycleTests
{
    [Fact]
    public async Task Submit_AnswerEnds_DeltasJoinToTheStoredContent()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Say("Hello", ", ", "wörld ✓");
        engine.Model.End(input: 12, output: 5);

        var turn = await engine.SubmitAsync("Say hello");
        var events = await engine.ReadAllAsync(turn.Message.Id);
        var stored = await engine.MessageAsync(turn.Message.Id);

        Assert.Equal("Hello, wörld ✓", string.Concat(events.Select(e => e.Data).OfType<TurnDelta>().Select(d => d.Text)));
        Assert.Equal("Hello, wörld ✓", stored.Content);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Seq));
        Assert.IsType<TurnStarted>(events[0].Data);
        Assert.IsType<TurnUsage>(events[^2].Data);
        Assert.Equal(MessageStatus.Complete, Assert.IsType<TurnDone>(events[^1].Data).Status);
        Assert.Equal(MessageStatus.Complete, stored.Status);
        Assert.Equal(events[^1].Seq, stored.LastSeq);
        Assert.Equal(new MessageUsage(12, 0, 5, 0, 0.000022m, false), stored.Usage);
        Assert.Equal(17, Assert.Single(engine.Budget.Settled).TotalTokens);
    }

    [Fact]
    public async Task Submit_NewThread_GetsATitleAndShowsTheAnswer()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.End();

        var turn = await engine.SubmitAsync("# Travel policy\nWhat may I claim?");
        await engine.ReadAllAsync(turn.Message.Id);
        var thread = await engine.Conversations.GetAsync(engine.Owner, turn.Message.ThreadId, TestContext.Current.CancellationToken);

        Assert.Equal("Travel policy", thread.Title);
        Assert.Equal(turn.Message.Id, thread.LeafId);
        Assert.False(thread.Running);
    }

    [Fact]
    public async Task Submit_BudgetRefuses_NothingIsStored()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Budget.Refusal = new ConvoException(ProblemKind.LimitReached, "budget_exceeded", "Used up.");

        var refused = await Assert.ThrowsAsync<ConvoException>(() => engine.SubmitAsync("Hello", key: "k1"));

        Assert.Equal("budget_exceeded", refused.Code);
        Assert.Equal(0, await engine.Database.Db.ScalarAsync<long>(
            "SELECT (SELECT count(*) FROM conversation_messages) + (SELECT count(*) FROM conversation_threads) + (SELECT count(*) FROM idempotency_keys)",
            null, TestContext.Current.CancellationToken));
        Assert.Equal(0, engine.Model.Calls);
    }

    [Fact]
    public async Task Submit_SameKeyFiftyTimesAtOnce_IsOneTurn()
    {
        await using var engine = await TurnEngine.StartAsync();
        await using var other = await engine.AddNodeAsync();
        engine.Model.End();
        other.Model.End();

        var turns = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? engine : other).SubmitAsync("Once only", key: "same")));

        Assert.Single(turns.Select(t => t.Message.Id).Distinct());
        Assert.Single(turns, t => !t.Replayed);
        await engine.ReadAllAsync(turns[0].Message.Id);
        Assert.Equal(1, engine.Model.Calls + other.Model.Calls);
        Assert.Equal(1, engine.Budget.Holds.Count + other.Budget.Holds.Count);
    }

    [Fact]
    public async Task Submit_SameKeyOtherBody_Is422()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Release();
        await engine.SubmitAsync("One", key: "same");

        var refused = await Assert.ThrowsAsync<ConvoException>(() => engine.SubmitAsync("Two", key: "same"));

        Assert.Equal((ProblemKind.Unprocessable, "idempotency_key_reused"), (refused.Kind, refused.Code));
    }

    [Fact]
    public async Task Submit_WhileTheBranchStreams_Is409()
    {
        await using var engine = await TurnEngine.StartAsync();
        var turn = await engine.SubmitAsync("First");

        var refused = await Assert.ThrowsAsync<ConvoException>(() => engine.SubmitAsync("Second", turn.Message.ThreadId));

        Assert.Equal("turn_running", refused.Code);
    }

    [Fact]
    public async Task Submit_ForeignThread_Is404AndTouchesNothing()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.End();
        var turn = await engine.SubmitAsync("Mine");
        await engine.ReadAllAsync(turn.Message.Id);
        var stranger = await engine.AddOtherUserAsync();

        var refused = await Assert.ThrowsAsync<ConvoException>(() => engine.Turns.SubmitAsync(
            stranger, new SubmitMessage(turn.Message.ThreadId, "Yours?"), TestContext.Current.CancellationToken));

        Assert.Equal(ProblemKind.NotFound, refused.Kind);
        Assert.Equal(2, (await engine.Conversations.PathAsync(engine.Owner, turn.Message.ThreadId, null, null, 50, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Stop_InMidAnswer_KeepsAndBillsThePartialText()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Say("Half an ");
        var turn = await engine.SubmitAsync("Tell me");
        await WaitForTextAsync(engine, turn.Message.Id, "Half an ");

        await engine.Turns.StopAsync(engine.Owner, turn.Message.Id, TestContext.Current.CancellationToken);
        var events = await engine.ReadAllAsync(turn.Message.Id);
        var stored = await engine.MessageAsync(turn.Message.Id);

        Assert.Equal(MessageStatus.Stopped, Assert.IsType<TurnDone>(events[^1].Data).Status);
        Assert.Equal((MessageStatus.Stopped, "Half an "), (stored.Status, stored.Content));
        Assert.True(stored.Usage is { Estimated: true, InputTokens: > 0, OutputTokens: 2 });
        Assert.Single(engine.Budget.Settled);
    }

    [Fact]
    public async Task Stop_OnAnotherNode_ReachesTheTurn()
    {
        await using var engine = await TurnEngine.StartAsync();
        await using var other = await engine.AddNodeAsync();
        engine.Model.Say("Text");
        var turn = await engine.SubmitAsync("Tell me");
        await WaitForTextAsync(engine, turn.Message.Id, "Text");

        await other.Turns.StopAsync(engine.Owner, turn.Message.Id, TestContext.Current.CancellationToken);
        var events = await other.ReadAllAsync(turn.Message.Id);

        Assert.Equal(MessageStatus.Stopped, Assert.IsType<TurnDone>(events[^1].Data).Status);
    }

    [Fact]
    public async Task Provider_FailsBeforeTheFirstToken_CostsNothing()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Fail(new ProviderException(ProviderErrors.Overloaded, "The provider is overloaded. Try again in a minute."));

        var turn = await engine.SubmitAsync("Hello");
        var failed = Assert.IsType<TurnFailed>((await engine.ReadAllAsync(turn.Message.Id))[^1].Data);
        var stored = await engine.MessageAsync(turn.Message.Id);

        Assert.Equal(ProviderErrors.Overloaded, failed.Code);
        Assert.Equal((MessageStatus.Failed, ProviderErrors.Overloaded), (stored.Status, stored.Error?.Code));
        Assert.Null(stored.Usage);
        Assert.Empty(engine.Budget.Settled);
        Assert.Single(engine.Budget.Released);
    }

    [Fact]
    public async Task Provider_StreamIsCut_IsInterruptedWithItsText()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Say("So far");
        engine.Model.Fail(new ProviderException(ProviderErrors.StreamCut, "The provider's stream ended early."));

        var turn = await engine.SubmitAsync("Hello");
        await engine.ReadAllAsync(turn.Message.Id);
        var stored = await engine.MessageAsync(turn.Message.Id);

        Assert.Equal((MessageStatus.Interrupted, "So far", ProviderErrors.StreamCut), (stored.Status, stored.Content, stored.Error?.Code));
        Assert.Single(engine.Budget.Settled);
    }

    [Fact]
    public async Task Regenerate_MakesASiblingAndKeepsTheOldAnswer()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Say("One");
        engine.Model.End();
        var first = await engine.SubmitAsync("Hello");
        await engine.ReadAllAsync(first.Message.Id);
        engine.Model.Say("Two");
        engine.Model.End();

        var second = await engine.Turns.RegenerateAsync(engine.Owner, first.Message.Id, new RegenerateMessage(), TestContext.Current.CancellationToken);
        await engine.ReadAllAsync(second.Message.Id);
        var stored = await engine.MessageAsync(second.Message.Id);

        Assert.Equal("Two", stored.Content);
        Assert.Equal([first.Message.Id, second.Message.Id], stored.SiblingIds);
        Assert.Equal(1, stored.SiblingIndex);
        Assert.Equal("One", (await engine.MessageAsync(first.Message.Id)).Content);
    }

    internal static async Task WaitForTextAsync(TurnEngine engine, Guid answerId, string text)
    {
        var seen = "";
        await foreach (var entry in engine.Reader.ReadAsync(engine.Owner, answerId, 0, TestContext.Current.CancellationToken))
        {
            seen += (entry.Data as TurnDelta)?.Text;
            if (seen.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The turn ended with «{seen}» and never said «{text}».");
    }
}
