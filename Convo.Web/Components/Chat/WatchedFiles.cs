using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Chat;

/// <summary>Files that a page shows, each followed until it is ready or failed: those of the next message, or all of a person’s.</summary>
internal sealed partial class WatchedFiles(IAttachmentService attachments, CurrentPerson person, ILogger<WatchedFiles> logger) : IAsyncDisposable
{
    private readonly Dictionary<Guid, CancellationTokenSource> _watches = [];
    private readonly Lock _lock = new();
    private List<Attachment> _files = [];

    public IReadOnlyList<Attachment> Files => _files;

    /// <summary>Raised on any thread.</summary>
    public event Action? Changed;

    /// <summary>Why a message with these files cannot be sent yet; null when it can.</summary>
    public string? Hold
    {
        get
        {
            var files = _files;
            if (files.Any(file => file.Status == AttachmentStatus.Failed)) return "Retry or remove the file that failed, then send.";
            var waiting = files.Count(file => file.Status != AttachmentStatus.Ready);
            return waiting == 0 ? null : $"You can send when {(waiting == 1 ? "the file is" : "the files are")} ready.";
        }
    }

    public IReadOnlyList<MessageAttachment> ForMessage() =>
        [.. _files.Select(file => new MessageAttachment(file.Id, file.Filename, file.MediaType, file.Size, file.Status, file.Pages))];

    /// <summary>Unknown ids are left out: a draft can be older than its file.</summary>
    public async Task AddAsync(Guid id)
    {
        if (_files.Any(file => file.Id == id)) return;
        try
        {
            Put(await attachments.GetAsync(await person.CallerAsync(), id, CancellationToken.None), add: true);
            Watch(id);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.NotFound)
        {
            // Deleted on another page.
        }
    }

    /// <summary>A list that was read already; only what is not finished is followed.</summary>
    public void Load(IEnumerable<Attachment> files)
    {
        foreach (var file in files)
        {
            Put(file, add: true);
            if (file.Status is not (AttachmentStatus.Ready or AttachmentStatus.Failed)) Watch(file.Id);
        }
    }

    public async Task RetryAsync(Guid id)
    {
        Put(await attachments.RetryAsync(await person.CallerAsync(), id, CancellationToken.None));
        Watch(id);
    }

    public async Task RemoveAsync(Guid id)
    {
        Forget(id);
        await attachments.DeleteAsync(await person.CallerAsync(), id, CancellationToken.None);
    }

    /// <summary>No longer shown; the file itself stays.</summary>
    public void Drop(Guid id) => Forget(id);

    /// <summary>They went with a message, or another thread is shown.</summary>
    public void Clear()
    {
        foreach (var file in _files.ToArray()) Forget(file.Id);
    }

    public ValueTask DisposeAsync()
    {
        Clear();
        return ValueTask.CompletedTask;
    }

    private void Watch(Guid id)
    {
        var source = new CancellationTokenSource();
        lock (_lock)
        {
            if (_watches.Remove(id, out var old)) Cancel(old);
            _watches[id] = source;
        }

        _ = FollowAsync(id, source);
    }

    private async Task FollowAsync(Guid id, CancellationTokenSource source)
    {
        try
        {
            await foreach (var state in attachments.WatchAsync(await person.CallerAsync(), id, source.Token)) Put(state);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            // Removed, sent, or the page is closed.
        }
        catch (Exception e)
        {
            LogWatch(logger, e, id);
            Forget(id);
        }
        finally
        {
            source.Dispose();
        }
    }

    private void Put(Attachment file, bool add = false)
    {
        lock (_lock)
        {
            var at = _files.FindIndex(other => other.Id == file.Id);
            if (at < 0 && !add) return;
            _files = at < 0 ? [.. _files, file] : [.. _files[..at], file, .. _files[(at + 1)..]];
        }

        Changed?.Invoke();
    }

    private void Forget(Guid id)
    {
        lock (_lock)
        {
            if (_watches.Remove(id, out var watch)) Cancel(watch);
            _files = [.. _files.Where(file => file.Id != id)];
        }

        Changed?.Invoke();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Its watch had ended by itself.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {AttachmentId} can no longer be followed")]
    private static partial void LogWatch(ILogger logger, Exception exception, Guid attachmentId);
}
