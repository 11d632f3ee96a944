using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>Threads and their trees in memory, with the rules that the interface depends on: siblings, active leaf, 404.</summary>
internal sealed class FakeConversations(TimeProvider time) : IConversationService
{
    private readonly Lock _lock = new();
    private readonly List<ConversationThread> _threads = [];
    private readonly List<Message> _messages = [];

    public IReadOnlyList<ConversationThread> Threads
    {
        get
        {
            lock (_lock) return [.. _threads];
        }
    }

    public ConversationThread AddThread(Caller caller, string? title, DateTimeOffset? at = null, bool pinned = false, string? model = null)
    {
        var when = at ?? time.GetUtcNow();
        var thread = new ConversationThread(time.NewId(), caller.UserId, title, model, null, null, pinned, Archived: false, null, when, when, Running: false);
        lock (_lock) _threads.Add(thread);
        return thread;
    }

    public Message AddMessage(Guid threadId, Guid? parentId, MessageRole role, string content, MessageStatus status, Func<Message, Message>? with = null)
    {
        var message = new Message
        {
            Id = time.NewId(), ThreadId = threadId, ParentId = parentId, Role = role, Content = content, Status = status, CreatedAt = time.GetUtcNow(),
            Model = role == MessageRole.Assistant ? FakeModels.Small.Id : null, Provider = role == MessageRole.Assistant ? FakeModels.Small.Provider : null,
        };
        message = with?.Invoke(message) ?? message;
        lock (_lock)
        {
            _messages.Add(message);
            SetLeaf(threadId, message.Id, status == MessageStatus.Streaming);
        }

        return message;
    }

    public Message Message(Guid id)
    {
        lock (_lock) return WithSiblings(_messages.FirstOrDefault(message => message.Id == id) ?? throw ConvoException.NotFound("message"));
    }

    public void Replace(Message message)
    {
        lock (_lock)
        {
            _messages[_messages.FindIndex(other => other.Id == message.Id)] = message;
            SetLeaf(message.ThreadId, null, message.Status == MessageStatus.Streaming);
        }
    }

    public Task<Page<ConversationThread>> ListAsync(Caller caller, ThreadFilter filter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var found = _threads.Where(thread => thread.OwnerId == caller.UserId && thread.Archived == filter.Archived
                && (filter.Query is null || (thread.Title ?? "").Contains(filter.Query, StringComparison.OrdinalIgnoreCase)));
            return Task.FromResult(new Page<ConversationThread>([.. found.OrderByDescending(thread => thread.UpdatedAt).Take(filter.Limit)], null));
        }
    }

    public Task<ConversationThread> CreateAsync(Caller caller, NewThread thread, CancellationToken cancellationToken) =>
        Task.FromResult(AddThread(caller, thread.Title, model: thread.Model));

    public Task<ConversationThread> GetAsync(Caller caller, Guid threadId, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult(Own(caller, threadId));
    }

    public Task<ConversationThread> ChangeAsync(Caller caller, Guid threadId, ThreadChange change, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var old = Own(caller, threadId);
            var changed = old with
            {
                Title = change.Title.Or(old.Title), Model = change.Model.Or(old.Model), Temperature = change.Temperature.Or(old.Temperature),
                Pinned = change.Pinned.Or(old.Pinned), Archived = change.Archived.Or(old.Archived),
            };
            _threads[_threads.IndexOf(old)] = changed;
            return Task.FromResult(changed);
        }
    }

    public Task DeleteAsync(Caller caller, Guid threadId, CancellationToken cancellationToken)
    {
        lock (_lock) _threads.Remove(Own(caller, threadId));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Message>> PathAsync(Caller caller, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            List<Message> path = [];
            var at = before is { } id ? _messages.First(message => message.Id == id).ParentId : leaf ?? Own(caller, threadId).LeafId;
            while (at is { } next && path.Count < limit)
            {
                var message = _messages.First(other => other.Id == next);
                path.Insert(0, WithSiblings(message));
                at = message.ParentId;
            }

            return Task.FromResult<IReadOnlyList<Message>>(path);
        }
    }

    public Task<IReadOnlyList<Message>> AllMessagesAsync(Caller caller, Guid threadId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Message> GetMessageAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) => Task.FromResult(Message(messageId));

    public Task<Message> ReviseAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken)
    {
        Replace(Message(messageId) with { Content = content, EditedAt = time.GetUtcNow() });
        return Task.FromResult(Message(messageId));
    }

    public Task<Message> BranchAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken)
    {
        var old = Message(messageId);
        return Task.FromResult(AddMessage(old.ThreadId, old.ParentId, old.Role, content, MessageStatus.Complete));
    }

    public Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MessageRevision>>([]);

    public Task<ConversationThread> ShowBranchAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var tip = messageId;
            while (_messages.LastOrDefault(message => message.ParentId == tip) is { } child) tip = child.Id;
            SetLeaf(_messages.First(message => message.Id == messageId).ThreadId, tip, null);
            return Task.FromResult(Own(caller, _messages.First(message => message.Id == messageId).ThreadId));
        }
    }

    private ConversationThread Own(Caller caller, Guid threadId) =>
        _threads.FirstOrDefault(thread => thread.Id == threadId && thread.OwnerId == caller.UserId) ?? throw ConvoException.NotFound("thread");

    private Message WithSiblings(Message message)
    {
        Guid[] siblings = [.. _messages.Where(other => other.ThreadId == message.ThreadId && other.ParentId == message.ParentId && other.Role == message.Role).Select(other => other.Id)];
        return message with { SiblingIds = siblings, SiblingIndex = Array.IndexOf(siblings, message.Id) };
    }

    private void SetLeaf(Guid threadId, Guid? leaf, bool? running)
    {
        var at = _threads.FindIndex(thread => thread.Id == threadId);
        var old = _threads[at];
        _threads[at] = old with { LeafId = leaf ?? old.LeafId, Running = running ?? old.Running };
    }
}
