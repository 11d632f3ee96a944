using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Web.Components.Chat;

/// <summary>Starting, following and ending turns.</summary>
internal sealed partial class ChatSession
{
    private bool _stopWanted;

    private async Task<bool> StartAsync(Func<Caller, Task<AcceptedTurn>> start)
    {
        var shown = _openId;
        _stopWanted = false;
        try
        {
            var caller = await person.CallerAsync();
            var accepted = await start(caller);
            if (_openId != shown)
            {
                // It runs in its own chat; another one was opened meanwhile.
                if (_stopWanted) await turns.StopAsync(caller, accepted.Message.Id, _gone.Token);
                return true;
            }

            var id = _openId = accepted.Message.ThreadId;
            var thread = await conversations.GetAsync(caller, id.Value, _gone.Token);
            var messages = await conversations.PathAsync(caller, id.Value, null, null, Math.Max(PageSize, Snapshot.Messages.Count + 2), _gone.Token);
            await AttachAsync(messages);
            Set(Snapshot with { Thread = thread, Messages = messages, Pending = null, Loading = false });
            if (_stopWanted) await StopAsync();
            return true;
        }
        catch (Exception e) when (!_gone.IsCancellationRequested)
        {
            if (_openId != shown) return false;
            Set(Snapshot with { Pending = null, Problem = failures.Plain(e) });
            if (Snapshot.Thread is not null) await TryAsync(ReloadAsync);
            return false;
        }
    }

    /// <summary>The thread of a message that was stored under this key although its page never heard of it; null when none was.</summary>
    public async Task<Guid?> FindSentAsync(Guid key) =>
        (await turns.FindAsync(await person.CallerAsync(), key.ToString("N"), _gone.Token))?.Message.ThreadId;

    private async Task<AcceptedTurn> SubmitOnceAsync(Caller caller, SubmitMessage request)
    {
        try
        {
            return await turns.SubmitAsync(caller, request, _gone.Token);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unprocessable)
        {
            // The draft was stored by an earlier attempt whose reply was lost, and the thread has moved on since.
            return await turns.FindAsync(caller, request.IdempotencyKey!, _gone.Token) ?? throw new ConvoException(e.Kind, e.Code, e.Message, e);
        }
    }

    private async Task AttachAsync()
    {
        await AttachAsync(Snapshot.Messages);
        Changed?.Invoke();
    }

    private async Task AttachAsync(IReadOnlyList<Message> messages)
    {
        var running = messages.LastOrDefault(message => message.Status == MessageStatus.Streaming);
        if (running?.Id == Live?.MessageId) return;
        await DetachAsync();
        if (running is null) return;
        Live = new LiveAnswer(reader, markdown, time, logger, running.Id);
        Live.Start(await person.CallerAsync());
        _ = FinishAsync(Live);
    }

    private async Task FinishAsync(LiveAnswer live)
    {
        await live.Completion;
        if (Live != live || !live.State.Done || _gone.IsCancellationRequested) return;
        await TryAsync(async () =>
        {
            // A lost log leaves the answer as it was last seen: the stored message says how far it has come.
            var stored = await conversations.GetMessageAsync(await person.CallerAsync(), live.MessageId, _gone.Token);
            if (Live != live) return;
            Live = null;
            Set(Snapshot with { Messages = [.. Snapshot.Messages.Select(message => message.Id == stored.Id ? stored : message)] });
        });
        TurnEnded?.Invoke();
        await live.DisposeAsync();
    }

    private async Task ReloadAsync()
    {
        if (Snapshot.Thread is not { } thread) return;
        var messages = await conversations.PathAsync(await person.CallerAsync(), thread.Id, null, null, Math.Max(PageSize, Snapshot.Messages.Count), _gone.Token);
        await AttachAsync(messages);
        Set(Snapshot with { Messages = messages });
    }

    private async Task DetachAsync()
    {
        if (Live is not { } live) return;
        Live = null;
        await live.DisposeAsync();
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception e)
        {
            Set(Snapshot with { Problem = failures.Plain(e) });
        }
    }

    /// <summary>What was chosen for one message has served.</summary>
    private async Task<bool> SentAsync()
    {
        if (Snapshot is { Once: true, Thread: { } thread })
        {
            var caller = await person.CallerAsync();
            Set(Snapshot with { Model = ModelOf(caller, thread), Temperature = thread.Temperature, Once = false });
        }

        return true;
    }

    private ModelInfo ModelOf(Caller caller, ConversationThread thread) => (thread.Model is { } id ? models.FindFor(caller, id) : null) ?? models.DefaultFor(caller);

    private Message[] Before(Message message) => [.. Snapshot.Messages.TakeWhile(other => other.Id != message.Id)];

    private void Set(ChatSnapshot snapshot)
    {
        Snapshot = snapshot;
        Changed?.Invoke();
    }
}
