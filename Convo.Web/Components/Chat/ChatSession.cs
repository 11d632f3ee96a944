using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Web.Components.Chat.Markdown;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Chat;

/// <summary>
/// One open chat: what is shown, and what a person can do with it. It starts turns and reads their logs; it never generates,
/// so losing it (a reload, a lost circuit) loses nothing. All members are called on the circuit's own context.
/// </summary>
internal sealed partial class ChatSession(
    IConversationService conversations, ITurnService turns, ITurnReader reader, IModelCatalogue models, MarkdownService markdown,
    CurrentPerson person, TimeProvider time, Failures failures, ILogger<ChatSession> logger) : IAsyncDisposable
{
    /// <summary>Messages loaded at once; older ones come when the reader scrolls up to them.</summary>
    public const int PageSize = 30;

    private readonly CancellationTokenSource _gone = new();
    private Guid? _openId;

    public ChatSnapshot Snapshot { get; private set; } = new(null, [], null, null, models.Default, null, Loading: true, Missing: false);

    /// <summary>The answer that is running in this thread; its text has its own listeners.</summary>
    public LiveAnswer? Live { get; private set; }

    public bool IsRunning => Live is not null || Snapshot.Pending is not null;

    public event Action? Changed;

    /// <summary>A turn ended: figures in the sidebar are old now.</summary>
    public event Action? TurnEnded;

    /// <summary>Shows a thread, or the page of a new one. Opening what is open does nothing.</summary>
    public async Task OpenAsync(Guid? threadId)
    {
        if (threadId is not null && threadId == Snapshot.Thread?.Id && !Snapshot.Missing) return;
        _openId = threadId;
        await DetachAsync();
        Set(new ChatSnapshot(null, [], null, null, Snapshot.Model, null, Loading: threadId is not null, Missing: false));
        if (threadId is not { } id) return;
        try
        {
            var caller = await person.CallerAsync();
            var thread = await conversations.GetAsync(caller, id, _gone.Token);
            var messages = await conversations.PathAsync(caller, id, null, null, PageSize, _gone.Token);
            if (_openId != id) return; // Another thread was opened meanwhile.
            Set(Snapshot with { Thread = thread, Messages = messages, Model = ModelOf(caller, thread), Temperature = thread.Temperature, Loading = false });
            await AttachAsync();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception e) when (_openId == id)
        {
            var problem = failures.Plain(e);
            var missing = problem.Kind == ProblemKind.NotFound;
            Set(Snapshot with { Loading = false, Missing = missing, Problem = missing ? null : problem });
        }
    }

    /// <summary>True when the message is stored; false when it was refused and the text has to be given back.</summary>
    /// <param name="key">The draft's, so that it is one message however often it is sent; null for a fresh one.</param>
    public async Task<bool> SendAsync(string content, IReadOnlyList<MessageAttachment> attachments, Guid? key = null)
    {
        if (IsRunning) return false;
        Set(Snapshot with { Pending = new PendingMessage(content, attachments), Problem = null });
        var request = new SubmitMessage(
            Snapshot.Thread?.Id, content, Snapshot.Messages.Count > 0 ? Snapshot.Messages[^1].Id : null, AttachmentIds: [.. attachments.Select(file => file.Id)],
            Model: Snapshot.Model.QualifiedId, Temperature: Snapshot.Temperature,
            CollectionIds: Snapshot.Thread is null ? Snapshot.NewCollectionIds : null, IdempotencyKey: (key ?? time.NewId()).ToString("N"));
        return await StartAsync(caller => SubmitOnceAsync(caller, request)) && await SentAsync();
    }

    /// <summary>Another text in place of an earlier one: a branch beside it, with its own answer.</summary>
    public Task<bool> EditAsync(Message message, string content)
    {
        var request = new SubmitMessage(
            message.ThreadId, content, message.ParentId, AsRoot: message.ParentId is null, AttachmentIds: [.. message.Attachments.Select(file => file.Id)],
            Model: Snapshot.Model.QualifiedId, Temperature: Snapshot.Temperature, IdempotencyKey: time.NewId().ToString("N"));
        Set(Snapshot with { Messages = Before(message), Pending = new PendingMessage(content, message.Attachments), Problem = null });
        return StartAsync(caller => turns.SubmitAsync(caller, request, _gone.Token));
    }

    public Task<bool> RegenerateAsync(Guid messageId, string? model = null)
    {
        var request = new RegenerateMessage(model ?? Snapshot.Model.QualifiedId, Snapshot.Temperature, time.NewId().ToString("N"));
        return StartAsync(caller => turns.RegenerateAsync(caller, messageId, request, _gone.Token));
    }

    public async Task StopAsync()
    {
        // Before the server has answered there is nothing to stop yet; the wish is kept until there is.
        _stopWanted = Live is null && Snapshot.Pending is not null;
        if (Live is { } live) await TryAsync(async () => await turns.StopAsync(await person.CallerAsync(), live.MessageId, _gone.Token));
    }

    public Task ShowBranchAsync(Guid messageId) => TryAsync(async () =>
    {
        await conversations.ShowBranchAsync(await person.CallerAsync(), messageId, _gone.Token);
        await ReloadAsync();
    });

    public Task LoadOlderAsync() => TryAsync(async () =>
    {
        if (Snapshot.Thread is not { } thread || !Snapshot.HasOlder) return;
        var older = await conversations.PathAsync(await person.CallerAsync(), thread.Id, null, Snapshot.Messages[0].Id, PageSize, _gone.Token);
        Set(Snapshot with { Messages = [.. older, .. Snapshot.Messages] });
    });

    /// <summary>From the next message on, or for that one alone.</summary>
    public Task ChooseAsync(ModelInfo model, double? temperature, bool once = false) => TryAsync(async () =>
    {
        Set(Snapshot with { Model = model, Temperature = temperature, Once = once });
        if (once || Snapshot.Thread is not { } thread) return;
        var change = new ThreadChange { Model = model.QualifiedId, Temperature = temperature };
        Set(Snapshot with { Thread = await conversations.ChangeAsync(await person.CallerAsync(), thread.Id, change, _gone.Token) });
    });

    /// <summary>What can be chosen is another now: the chosen model with its present limits, or the default where it has gone.</summary>
    public void Offer(IReadOnlyList<ModelInfo> models, ModelInfo otherwise)
    {
        var model = models.FirstOrDefault(offered => offered.QualifiedId == Snapshot.Model.QualifiedId) ?? otherwise;
        if (model != Snapshot.Model) Set(Snapshot with { Model = model });
    }

    /// <summary>Which collections the next messages are answered from.</summary>
    public Task ChooseCollectionsAsync(IReadOnlyList<Guid> collectionIds) => TryAsync(async () =>
    {
        if (Snapshot.Thread is not { } thread)
        {
            Set(Snapshot with { NewCollectionIds = collectionIds });
            return;
        }

        var change = new ThreadChange { CollectionIds = new Change<IReadOnlyList<Guid>>(true, collectionIds) };
        Set(Snapshot with { Thread = await conversations.ChangeAsync(await person.CallerAsync(), thread.Id, change, _gone.Token) });
    });

    public void DismissProblem() => Set(Snapshot with { Problem = null });

    /// <summary>The sidebar has heard of a new title.</summary>
    public void TitleIs(string? title)
    {
        if (Snapshot.Thread is { } thread && thread.Title != title) Set(Snapshot with { Thread = thread with { Title = title } });
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await DetachAsync();
        _gone.Dispose();
    }
}
