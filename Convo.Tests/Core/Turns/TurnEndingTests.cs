using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Core.Turns;

/// <summary>Ends that go wrong: lost replies, deleted threads, wishes of other nodes.</summary>
public sealed class TurnEndingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finish_ThreadDeletedUnderTheTurn_WhatWasUsedIsPaid()
    {
        await using var engine = await TurnEngine.StartAsync(options => options.CheckpointInterval = TimeSpan.FromMinutes(5));
        engine.Model.Say("Some text");
        var turn = await engine.SubmitAsync("Question");
        await TurnLifecycleTests.WaitForTextAsync(engine, turn.Message.Id, "Some text");

        await engine.Database.Db.ExecuteAsync("DELETE FROM conversation_threads", null, Token);
        engine.Model.End(10, 3);
        var gone = await Assert.ThrowsAsync<ConvoException>(() => engine.ReadAllAsync(turn.Message.Id));

        Assert.Equal(ProblemKind.NotFound, gone.Kind);
        Assert.Equal(13, Assert.Single(engine.Budget.Settled).TotalTokens);
        Assert.Equal(1, await engine.Database.Db.ScalarAsync<long>("SELECT count(*) FROM usage_ledger WHERE output_tokens = 3", null, Token));
    }

    [Fact]
    public async Task Checkpoint_ThreadDeleted_TheTurnEndsAndIsPaid()
    {
        await using var engine = await TurnEngine.StartAsync(options => options.CheckpointInterval = TimeSpan.FromMilliseconds(50));
        engine.Model.Say("Some text");
        var turn = await engine.SubmitAsync("Question");
        await TurnLifecycleTests.WaitForTextAsync(engine, turn.Message.Id, "Some text");

        await engine.Database.Db.ExecuteAsync("DELETE FROM conversation_threads", null, Token);
        await Assert.ThrowsAsync<ConvoException>(() => engine.ReadAllAsync(turn.Message.Id));

        Assert.True(Assert.Single(engine.Budget.Settled) is { Estimated: true, OutputTokens: > 0 });
    }

    [Fact]
    public async Task Finish_RepeatedAfterALostReply_AnswersAsTheFirstTime()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.Say("Text");
        var turn = await engine.SubmitAsync("Question");
        await TurnLifecycleTests.WaitForTextAsync(engine, turn.Message.Id, "Text");
        var now = TimeProvider.System.GetUtcNow();
        var ended = new FinishedTurn(
            turn.Message.Id, turn.Message.TurnId!.Value, "Text", 5, MessageStatus.Stopped, null, null, null, null, [], null, null, TimeSpan.Zero, now);

        var first = await engine.Store.FinishAsync(ended, Token);
        var again = await engine.Store.FinishAsync(ended, Token);
        var other = await engine.Store.FinishAsync(ended with { Status = MessageStatus.Complete }, Token);

        Assert.Equal((true, true, false), (first.Won, again.Won, other.Won));
    }

    [Fact]
    public async Task Stop_WrittenToTheDatabaseOnly_ArrivesWithTheNextCheckpoint()
    {
        await using var engine = await TurnEngine.StartAsync(options => options.CheckpointInterval = TimeSpan.FromMilliseconds(50));
        engine.Model.Say("Text");
        var turn = await engine.SubmitAsync("Question");
        await TurnLifecycleTests.WaitForTextAsync(engine, turn.Message.Id, "Text");

        await engine.Store.RequestStopAsync(turn.Message.TurnId!.Value, Token);
        var events = await engine.ReadAllAsync(turn.Message.Id);

        Assert.Equal(MessageStatus.Stopped, Assert.IsType<TurnDone>(events[^1].Data).Status);
    }

    [Fact]
    public async Task Checkpoint_OneRowInOtherHands_TheOthersAreRenewed()
    {
        await using var engine = await TurnEngine.StartAsync(options => options.CheckpointInterval = TimeSpan.FromMinutes(5));
        engine.Model.Say("Text");
        var (held, busy) = (await engine.SubmitAsync("First"), await engine.SubmitAsync("Second"));
        List<TurnCheckpoint> checkpoints = [.. new[] { busy, held }.Select(turn => new TurnCheckpoint(turn.Message.Id, turn.Message.TurnId!.Value, "Text so far", 4, 0))];
        var until = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

        var leases = await engine.Database.Db.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync("SELECT FROM conversation_messages WHERE id = @id FOR UPDATE", new { id = busy.Message.Id }, Token);
                return await engine.Store.CheckpointAsync(checkpoints, until, Token);
            },
            Token);

        Assert.Equal([TurnLease.Busy, TurnLease.Held], leases);
        Assert.Equal(["", "Text so far"], [(await engine.MessageAsync(busy.Message.Id)).Content, (await engine.MessageAsync(held.Message.Id)).Content]);
        Assert.Equal([TurnLease.Held, TurnLease.Held], await engine.Store.CheckpointAsync(checkpoints, until, Token));
    }

    [Fact]
    public async Task Find_ByTheKeyOfAMessage_GivesItsTurnToItsOwnerOnly()
    {
        await using var engine = await TurnEngine.StartAsync();
        engine.Model.End();
        var turn = await engine.SubmitAsync("Question", key: "k1");

        var found = await engine.Turns.FindAsync(engine.Owner, "k1", Token);

        Assert.Equal(turn.Message.Id, found?.Message.Id);
        Assert.Null(await engine.Turns.FindAsync(engine.Owner, "k2", Token));
        Assert.Null(await engine.Turns.FindAsync(await engine.AddOtherUserAsync(), "k1", Token));
    }
}
