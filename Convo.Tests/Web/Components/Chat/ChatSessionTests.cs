using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Tests.Web.Components.Fakes;
using Convo.Web.Components.Chat;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Chat;

public sealed class ChatSessionTests : ComponentTest
{
    private ChatSession Session => field ??= Services.GetRequiredService<ChatSession>();

    [Fact]
    public async Task SendAsync_NewChat_StoresOnceAndFollowsTheAnswer()
    {
        await Session.OpenAsync(null);
        Assert.True(await Session.SendAsync("Hello", []));

        var answer = Session.Snapshot.Messages[^1];
        Assert.Equal("Hello", Assert.Single(Turns.Submitted).Content);
        Assert.Equal(["Hello", ""], Session.Snapshot.Messages.Select(message => message.Content));
        Assert.Equal(answer.Id, Session.Live!.MessageId);
        await EndAsync(answer.Id, "Hi there");
        Assert.Equal("Hi there", Session.Snapshot.Messages[^1].Content);
        Assert.False(Session.IsRunning);
    }

    [Fact]
    public async Task SendAsync_BeforeTheAnswerOfTheServer_ShowsTheMessage()
    {
        await Session.OpenAsync(null);
        List<string?> pending = [];
        Session.Changed += () => pending.Add(Session.Snapshot.Pending?.Content);
        await Session.SendAsync("Hello", []);

        Assert.Equal("Hello", pending[0]);
        Assert.Null(pending[^1]);
    }

    [Fact]
    public async Task SendAsync_Refused_SaysWhyAndKeepsNothingPending()
    {
        Turns.Refusal = new ConvoException(ProblemKind.LimitReached, "budget_exceeded", "Used up.");
        await Session.OpenAsync(null);

        Assert.False(await Session.SendAsync("Hello", []));
        Assert.Equal("budget_exceeded", Session.Snapshot.Problem!.Code);
        Assert.Null(Session.Snapshot.Pending);
        Assert.True(Session.Snapshot.IsEmpty);
    }

    [Fact]
    public async Task SendAsync_WhileAnAnswerRuns_SendsNothing()
    {
        await Session.OpenAsync(null);
        await Session.SendAsync("One", []);

        Assert.False(await Session.SendAsync("Two", []));
        Assert.Single(Turns.Submitted);
    }

    [Fact]
    public async Task SendAsync_AnotherChatOpenedMeanwhile_StaysThere()
    {
        var other = Answer("Other answer");
        var thread = Conversations.AddThread(Caller, "Sent from here");
        await Session.OpenAsync(thread.Id);
        Turns.Accepting = () => Session.OpenAsync(other.ThreadId);

        Assert.True(await Session.SendAsync("Hello", []));
        Assert.Equal(other.ThreadId, Session.Snapshot.Thread!.Id);
        Assert.Equal("Other answer", Session.Snapshot.Messages[^1].Content);
        Assert.False(Session.IsRunning);
    }

    [Fact]
    public async Task ChooseAsync_OnceOnly_HoldsForOneMessage()
    {
        var thread = Conversations.AddThread(Caller, "A chat");
        await Session.OpenAsync(thread.Id);
        var own = Session.Snapshot.Model;

        await Session.ChooseAsync(FakeModels.Unpriced, 0.2, once: true);
        Assert.Equal(FakeModels.Unpriced, Session.Snapshot.Model);
        await Session.SendAsync("Hello", []);

        Assert.Equal((FakeModels.Unpriced.QualifiedId, 0.2), (Turns.Submitted[0].Model, Turns.Submitted[0].Temperature));
        Assert.Equal((own, null, false), (Session.Snapshot.Model, Session.Snapshot.Temperature, Session.Snapshot.Once));
    }

    [Fact]
    public async Task Offer_ChosenModelIsGone_IsTheDefault()
    {
        await Session.OpenAsync(null);
        await Session.ChooseAsync(FakeModels.Unpriced, null);

        Session.Offer([FakeModels.Small], FakeModels.Small);

        Assert.Equal(FakeModels.Small, Session.Snapshot.Model);
    }

    [Fact]
    public async Task StopAsync_BeforeTheServerAnswered_StopsTheTurnOnceThereIsOne()
    {
        await Session.OpenAsync(null);
        Turns.Accepting = Session.StopAsync;
        await Session.SendAsync("Hello", []);

        Assert.Equal(Session.Snapshot.Messages[^1].Id, Assert.Single(Turns.Stopped));
    }

    [Fact]
    public async Task OpenAsync_TurnIsRunning_ShowsTheTextSoFarAndGoesOn()
    {
        var running = Answer("", MessageStatus.Streaming);
        Turns.Say(running.Id, "So far");
        await Session.OpenAsync(running.ThreadId);
        Assert.Equal(running.Id, Session.Live!.MessageId);
        await EndAsync(running.Id, ", and on");

        Assert.Equal("So far, and on", Session.Snapshot.Messages[^1].Content);
    }

    [Fact]
    public async Task OpenAsync_UnknownThread_IsMissing()
    {
        await Session.OpenAsync(Time.NewId());

        Assert.True(Session.Snapshot.Missing);
        Assert.Null(Session.Snapshot.Problem);
    }

    [Fact]
    public async Task StopAsync_RunningTurn_KeepsTheTextAndMarksIt()
    {
        await Session.OpenAsync(null);
        await Session.SendAsync("Hello", []);
        var answer = Session.Live!;
        Turns.Say(answer.MessageId, "Half");
        var ended = NextEnd();
        await Session.StopAsync();
        await ended;

        Assert.Equal([answer.MessageId], Turns.Stopped);
        Assert.Equal((MessageStatus.Stopped, "Half"), (Session.Snapshot.Messages[^1].Status, Session.Snapshot.Messages[^1].Content));
    }

    [Fact]
    public async Task EditAsync_FirstMessage_MakesABranchAtTheRoot()
    {
        var old = Answer("Old answer");
        await Session.OpenAsync(old.ThreadId);
        Assert.True(await Session.EditAsync(Session.Snapshot.Messages[0], "Another question"));

        Assert.True(Assert.Single(Turns.Submitted).AsRoot);
        Assert.Equal("Another question", Session.Snapshot.Messages[0].Content);
        Assert.Equal((2, 1), (Session.Snapshot.Messages[0].SiblingIds.Count, Session.Snapshot.Messages[0].SiblingIndex));
    }

    [Fact]
    public async Task ShowBranchAsync_EarlierAnswer_ShowsThatPath()
    {
        var first = Answer("First");
        Conversations.AddMessage(first.ThreadId, first.ParentId, MessageRole.Assistant, "Second", MessageStatus.Complete);
        await Session.OpenAsync(first.ThreadId);
        Assert.Equal("Second", Session.Snapshot.Messages[^1].Content);
        await Session.ShowBranchAsync(first.Id);

        Assert.Equal("First", Session.Snapshot.Messages[^1].Content);
    }

    [Fact]
    public async Task RegenerateAsync_Answer_MakesASiblingOfTheSameQuestion()
    {
        var first = Answer("First");
        await Session.OpenAsync(first.ThreadId);
        Assert.True(await Session.RegenerateAsync(first.Id));

        Assert.Equal(2, Session.Snapshot.Messages.Count);
        Assert.Equal(2, Session.Snapshot.Messages[^1].SiblingIds.Count);
        Assert.True(Session.IsRunning);
    }

    [Fact]
    public async Task LoadOlderAsync_LongThread_PutsThemBefore()
    {
        var thread = Conversations.AddThread(Caller, "Long");
        Guid? parent = null;
        for (var i = 0; i < ChatSession.PageSize + 4; i++)
        {
            parent = Conversations.AddMessage(thread.Id, parent, i % 2 == 0 ? MessageRole.User : MessageRole.Assistant, $"{i}", MessageStatus.Complete).Id;
        }

        await Session.OpenAsync(thread.Id);
        Assert.Equal("4", Session.Snapshot.Messages[0].Content);
        await Session.LoadOlderAsync();

        Assert.Equal(Enumerable.Range(0, ChatSession.PageSize + 4).Select(i => $"{i}"), Session.Snapshot.Messages.Select(message => message.Content));
        Assert.False(Session.Snapshot.HasOlder);
    }

    private async Task EndAsync(Guid messageId, string text)
    {
        var ended = NextEnd();
        Turns.Say(messageId, text);
        Turns.End(messageId);
        await ended;
    }

    private Task NextEnd()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Session.TurnEnded += () => ended.TrySetResult();
        return ended.Task;
    }
}
