using Convo.Core.Conversations;
using Convo.Core.Turns;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Core.Turns;

/// <summary>Readers on the turn's node, on another one, resuming anywhere, and after the log is gone.</summary>
public sealed class TurnReadersTests
{
    [Fact]
    public async Task Read_ResumedAtEverySeqOnBothNodes_MissesAndRepeatsNothing()
    {
        await using var engine = await TurnEngine.StartAsync();
        await using var other = await engine.AddNodeAsync();
        engine.Model.Say(Enumerable.Range(0, 60).Select(i => $"{i} "));
        engine.Model.End();
        var turn = await engine.SubmitAsync("Count");
        var whole = await engine.ReadAllAsync(turn.Message.Id);

        foreach (var node in new[] { engine, other })
        {
            for (var after = 0; after <= whole.Count; after += 7)
            {
                Assert.Equal(whole.Skip(after), await node.ReadAllAsync(turn.Message.Id, after));
            }
        }
    }

    [Fact]
    public async Task Read_OnAnotherNodeWhileItStreams_FollowsToTheEnd()
    {
        await using var engine = await TurnEngine.StartAsync();
        await using var other = await engine.AddNodeAsync();
        engine.Model.Say("One ");
        var turn = await engine.SubmitAsync("Count");
        var following = other.ReadAllAsync(turn.Message.Id);
        await TurnLifecycleTests.WaitForTextAsync(other, turn.Message.Id, "One ");

        engine.Model.Say("two");
        engine.Model.End();

        Assert.Equal(await engine.ReadAllAsync(turn.Message.Id), await following);
    }

    [Fact]
    public async Task Read_ManyReadersWhileDeltasArrive_AllAssembleTheSame()
    {
        await using var engine = await TurnEngine.StartAsync();
        var turn = await engine.SubmitAsync("Count");
        var readers = Enumerable.Range(0, 20).Select(_ => engine.ReadAllAsync(turn.Message.Id)).ToList();
        for (var i = 0; i < 200; i++)
        {
            engine.Model.Say($"{i},");
            if (i % 10 == 0)
            {
                readers.Add(engine.ReadAllAsync(turn.Message.Id));
            }
        }

        engine.Model.End();
        var texts = (await Task.WhenAll(readers)).Select(events => string.Concat(events.Select(e => e.Data).OfType<TurnDelta>().Select(d => d.Text)));

        Assert.Equal([(await engine.MessageAsync(turn.Message.Id)).Content], texts.Distinct());
    }

    [Fact]
    public async Task Read_LogExpired_StoredMessageAnswersAsOneDelta()
    {
        await using var engine = await TurnEngine.StartAsync();
        await using var other = await engine.AddNodeAsync();
        engine.Model.Say("All ", "of it");
        engine.Model.End(3, 2);
        var turn = await engine.SubmitAsync("Hello");
        await engine.ReadAllAsync(turn.Message.Id);
        await other.ReadAllAsync(turn.Message.Id);
        await engine.Redis.Database.KeyDeleteAsync(engine.Redis.Keys.TurnLog(turn.Message.TurnId!.Value));

        var events = await other.ReadAllAsync(turn.Message.Id);

        Assert.Equal(
            [typeof(TurnStarted), typeof(TurnDelta), typeof(TurnUsage), typeof(TurnDone)],
            events.Select(e => e.Data.GetType()));
        Assert.Equal("All of it", ((TurnDelta)events[1].Data).Text);
        Assert.Equal((await engine.MessageAsync(turn.Message.Id)).LastSeq, events[^1].Seq);
    }

    [Fact]
    public async Task Read_ForeignAnswer_Is404()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.End();
        var turn = await engine.SubmitAsync("Mine");
        var stranger = await engine.AddOtherUserAsync();

        var refused = await Assert.ThrowsAsync<Convo.Core.Shared.ConvoException>(async () =>
        {
            await foreach (var _ in engine.Reader.ReadAsync(stranger, turn.Message.Id, 0, TestContext.Current.CancellationToken))
            {
                Assert.Fail("A stranger read an event.");
            }
        });

        Assert.Equal("not_found", refused.Code);
    }

    [Fact]
    public async Task Reaper_NodeIsGone_KeepsWhatWasSharedAndPaysForIt()
    {
        await using var engine = await TurnEngine.StartAsync();
        var turn = await AbandonAsync(engine, "Kept ", "text");

        await engine.Reaper.SweepAsync(null, TestContext.Current.CancellationToken);
        var stored = await engine.MessageAsync(turn);
        var events = await engine.ReadAllAsync(turn);

        Assert.Equal((MessageStatus.Interrupted, "Kept text", "interrupted"), (stored.Status, stored.Content, stored.Error?.Code));
        Assert.Equal(MessageStatus.Interrupted, Assert.IsType<TurnFailed>(events[^1].Data).Status);
        Assert.Equal((7, 3), Assert.Single(engine.Budget.Settled) is { Estimated: true } entry ? (entry.InputTokens, entry.OutputTokens) : default);
    }

    [Fact]
    public async Task Reaper_LateNodeWakesUp_ItsWritesChangeNothing()
    {
        await using var engine = await TurnEngine.StartAsync();
        var answerId = await AbandonAsync(engine, "Kept");
        var turnId = (await engine.MessageAsync(answerId)).TurnId!.Value;
        await engine.Reaper.SweepAsync(null, TestContext.Current.CancellationToken);
        var cancel = TestContext.Current.CancellationToken;

        Assert.Equal([TurnLease.Lost], await engine.Store.CheckpointAsync([new TurnCheckpoint(answerId, turnId, "Late", 99, 1)], TimeProvider.System.GetUtcNow(), cancel));
        Assert.Equal(ITurnLog.Fenced, await engine.Log.AppendAsync(turnId, turnId, [new TurnEvent(3, new TurnDelta("late"))], cancel));
        Assert.Equal("Kept", (await engine.MessageAsync(answerId)).Content);
    }

    /// <summary>A turn as a killed node leaves it: stored, shared as far as <paramref name="deltas"/>, run by nobody.</summary>
    private static async Task<Guid> AbandonAsync(TurnEngine engine, params string[] deltas)
    {
        var cancel = TestContext.Current.CancellationToken;
        var now = TimeProvider.System.GetUtcNow();
        Guid Id() => Guid.CreateVersion7(now);
        var (turnId, threadId, userId, answerId) = (Id(), Id(), Id(), Id());
        var plan = new NewTurn(
            engine.Owner, turnId, threadId, new NewThreadRow(null, null, null, []), new NewUserMessage("Question", null, false, [], "Question"),
            userId, answerId, "scripted", "test", 7, null, now, now);
        await engine.Store.AcceptAsync(plan, _ => Task.CompletedTask, cancel);
        List<TurnEvent> events = [new(1, new TurnStarted(threadId, userId, answerId, "scripted", "test"))];
        events.AddRange(deltas.Select((text, i) => new TurnEvent(i + 2, new TurnDelta(text))));
        await engine.Log.AppendAsync(turnId, turnId, events, cancel);
        return answerId;
    }
}
