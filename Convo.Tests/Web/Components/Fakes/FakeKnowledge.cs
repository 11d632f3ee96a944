using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>Files whose stages a test sets, and pages that citations open.</summary>
internal sealed class FakeKnowledge(TimeProvider time) : IAttachmentService, IRetrievalLog, IRetrievalReplay
{
    private readonly Lock _lock = new();
    private readonly List<Attachment> _files = [];
    private readonly List<(Guid Id, Channel<Attachment> Channel)> _watches = [];

    public Dictionary<Guid, SourcePage> Pages { get; } = [];

    public Retrieval? Retrieval { get; set; }

    public Attachment Add(Caller caller, string filename, AttachmentStatus status, string? stage = null, double? progress = null, Problem? error = null)
    {
        var file = new Attachment(time.NewId(), caller.UserId, null, null, filename, "application/pdf", 482_133, status, stage, progress,
            status == AttachmentStatus.Ready ? 34 : null, status == AttachmentStatus.Ready ? 212 : null, error, time.GetUtcNow());
        lock (_lock) _files.Add(file);
        return file;
    }

    public void Set(Guid id, Func<Attachment, Attachment> change)
    {
        lock (_lock)
        {
            var at = _files.FindIndex(file => file.Id == id);
            _files[at] = change(_files[at]);
            foreach (var (_, channel) in _watches.Where(watch => watch.Id == id)) channel.Writer.TryWrite(_files[at]);
        }
    }

    public Task<Attachment> UploadAsync(Caller caller, UploadFile file, Stream content, CancellationToken cancellationToken) =>
        Task.FromResult(Add(caller, file.Filename, AttachmentStatus.Queued));

    public Task<Attachment> GetAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult(_files.FirstOrDefault(file => file.Id == attachmentId) ?? throw ConvoException.NotFound("file"));
    }

    public Task<Page<Attachment>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult(new Page<Attachment>([.. _files], null));
    }

    public Task<Stream> OpenAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream());

    public Task DeleteAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken)
    {
        lock (_lock) _files.RemoveAll(file => file.Id == attachmentId);
        return Task.CompletedTask;
    }

    public Task<Attachment> RetryAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken)
    {
        Set(attachmentId, file => file with { Status = AttachmentStatus.Queued, Error = null });
        return GetAsync(caller, attachmentId, cancellationToken);
    }

    public async IAsyncEnumerable<Attachment> WatchAsync(Caller caller, Guid attachmentId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<Attachment>();
        lock (_lock)
        {
            channel.Writer.TryWrite(_files.First(file => file.Id == attachmentId));
            _watches.Add((attachmentId, channel));
        }

        await foreach (var file in channel.Reader.ReadAllAsync(cancellationToken))
        {
            yield return file;
            if (file.Status is AttachmentStatus.Ready or AttachmentStatus.Failed) yield break;
        }
    }

    public Task<SourcePage> SourceAsync(Caller caller, Guid chunkId, CancellationToken cancellationToken) =>
        Pages.TryGetValue(chunkId, out var page) ? Task.FromResult(page) : throw ConvoException.NotFound("passage");

    Task<Retrieval?> IRetrievalLog.GetAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) => Task.FromResult(Retrieval);

    public List<ReplayRequest> Replays { get; } = [];

    public Retrieval Replayed { get; set; } = Retrieval.None;

    Task<Retrieval?> IRetrievalReplay.GetAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken) => Task.FromResult(Retrieval);

    public Task<Retrieval> ReplayAsync(Caller caller, Guid messageId, ReplayRequest request, CancellationToken cancellationToken) => TryAsync(caller, request, cancellationToken);

    public Task<Retrieval> TryAsync(Caller caller, ReplayRequest request, CancellationToken cancellationToken)
    {
        Replays.Add(request);
        return Task.FromResult(Replayed);
    }
}
