using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Layout;

/// <summary>The threads of the sidebar. While one of them runs or waits for its title, it looks again every few seconds.</summary>
internal sealed class ThreadShelf(IConversationService conversations, CurrentPerson person, TimeProvider time, Failures failures) : IAsyncDisposable
{
    private const int PageSize = 100;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TitleMayCome = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _gone = new();
    private ITimer? _timer;
    private int _shown = PageSize;

    public IReadOnlyList<ConversationThread> Threads { get; private set; } = [];

    public bool Loaded { get; private set; }

    public bool HasMore { get; private set; }

    public Problem? Problem { get; private set; }

    /// <summary>Raised on any thread: a listener renders through InvokeAsync.</summary>
    public event Action? Changed;

    public async Task LoadAsync()
    {
        try
        {
            var caller = await person.CallerAsync();
            List<ConversationThread> threads = [];
            string? cursor = null;
            do
            {
                var page = await conversations.ListAsync(caller, new ThreadFilter(Cursor: cursor, Limit: PageSize), _gone.Token);
                threads.AddRange(page.Items);
                cursor = page.NextCursor;
            }
            while (cursor is not null && threads.Count < _shown);
            (Threads, HasMore, Problem, Loaded) = (threads, cursor is not null, null, true);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return; // The page is closed.
        }
        catch (Exception e)
        {
            // What was listed stays listed.
            var problem = failures.Plain(e);
            (Problem, Loaded) = (new Problem(problem.Code, problem.Message), true);
        }

        Watch();
        Changed?.Invoke();
    }

    public Task LoadMoreAsync()
    {
        _shown += PageSize;
        return LoadAsync();
    }

    public ConversationThread? Find(Guid id) => Threads.FirstOrDefault(thread => thread.Id == id);

    public Task RenameAsync(Guid id, string title) => ChangeAsync(id, new ThreadChange { Title = title });

    public Task PinAsync(Guid id, bool pinned) => ChangeAsync(id, new ThreadChange { Pinned = pinned });

    public Task ArchiveAsync(Guid id, bool archived) => ChangeAsync(id, new ThreadChange { Archived = archived });

    public async Task DeleteAsync(Guid id)
    {
        await conversations.DeleteAsync(await person.CallerAsync(), id, _gone.Token);
        await LoadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        if (_timer is not null) await _timer.DisposeAsync();
        _gone.Dispose();
    }

    private async Task ChangeAsync(Guid id, ThreadChange change)
    {
        await conversations.ChangeAsync(await person.CallerAsync(), id, change, _gone.Token);
        await LoadAsync();
    }

    private void Watch()
    {
        var now = time.GetUtcNow();
        var changing = Threads.Any(thread => thread.Running || (thread.Title is null && now - thread.UpdatedAt < TitleMayCome));
        var due = changing ? LookAgain : Timeout.InfiniteTimeSpan;
        if (_timer is not null) _timer.Change(due, Timeout.InfiniteTimeSpan);
        else if (changing) _timer = time.CreateTimer(_ => _ = LoadAsync(), null, due, Timeout.InfiniteTimeSpan);
    }
}
