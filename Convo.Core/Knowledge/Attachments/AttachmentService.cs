using System.Buffers;
using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Knowledge.Pictures;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>A person's files: what is allowed in, and how its state is followed.</summary>
internal sealed partial class AttachmentService(
    IAttachmentStore store,
    IIngestionQueue queue,
    IAttachmentSignals signals,
    UploadGate gate,
    IOptions<AttachmentOptions> options,
    TimeProvider time,
    ILogger<AttachmentService> logger) : IAttachmentService
{
    /// <summary>Text shown around a passage: enough for a page, bounded for formats that are one long page.</summary>
    private const int SourceMargin = 8_000;

    public async Task<Attachment> UploadAsync(Caller caller, UploadFile file, Stream content, CancellationToken cancellationToken)
    {
        if (!await store.MayUploadToAsync(caller.UserId, file.ThreadId, file.CollectionId, cancellationToken).ConfigureAwait(false))
        {
            throw NoTarget(file.CollectionId);
        }

        using var place = await gate.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        var head = ArrayPool<byte>.Shared.Rent(FileType.HeadLength);
        try
        {
            var length = await content.ReadAtLeastAsync(head.AsMemory(0, FileType.HeadLength), FileType.HeadLength, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            var name = DisplayName.Of(file.Filename);
            if (Picture.TypeOf(head.AsSpan(0, length)) is not null)
            {
                return await StorePictureAsync(caller, file, name, head.AsMemory(0, length), content, cancellationToken).ConfigureAwait(false);
            }

            var type = Judge(head.AsSpan(0, length), name);
            var attachment = await StoreAsync(caller, file, name, type.MediaType, AttachmentStatus.Queued, head.AsMemory(0, length), content, cancellationToken).ConfigureAwait(false);
            KnowledgeMetrics.Attachments.Add(1, new KeyValuePair<string, object?>("status", "queued"));
            await EnqueueAsync(attachment.Id).ConfigureAwait(false);
            return attachment;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(head, clearArray: true);
        }
    }

    public async Task<Attachment> GetAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken) =>
        await store.FindAsync(caller.UserId, attachmentId, cancellationToken).ConfigureAwait(false) ?? throw NoFile();

    public async Task<Page<Attachment>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 200)
        {
            throw ConvoException.Invalid("limit", "limit must be between 1 and 200.");
        }

        Guid? before = cursor is null ? null
            : Guid.TryParseExact(cursor, "N", out var id) ? id
            : throw ConvoException.Invalid("cursor", "cursor is not one that this list gave. Start again without it.");
        var items = await store.ListAsync(caller.UserId, before, limit + 1, cancellationToken).ConfigureAwait(false);
        return items.Count > limit ? new Page<Attachment>([.. items.Take(limit)], items[limit - 1].Id.ToString("N")) : new Page<Attachment>(items, null);
    }

    public async Task<Stream> OpenAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken) =>
        await store.OpenAsync(caller.UserId, attachmentId, cancellationToken).ConfigureAwait(false) ?? throw NoFile();

    public async Task DeleteAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(caller.UserId, attachmentId, cancellationToken).ConfigureAwait(false))
        {
            throw NoFile();
        }

        await signals.AnnounceAsync(attachmentId, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task<Attachment> RetryAsync(Caller caller, Guid attachmentId, CancellationToken cancellationToken)
    {
        if (!await store.RequeueFailedAsync(caller.UserId, attachmentId, cancellationToken).ConfigureAwait(false))
        {
            await GetAsync(caller, attachmentId, cancellationToken).ConfigureAwait(false);
            throw new ConvoException(ProblemKind.Conflict, "not_failed", "Only a file that failed can be tried again, by someone who may change it. Wait until it is done.");
        }

        await EnqueueAsync(attachmentId).ConfigureAwait(false);
        await signals.AnnounceAsync(attachmentId, CancellationToken.None).ConfigureAwait(false);
        return await GetAsync(caller, attachmentId, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<Attachment> WatchAsync(Caller caller, Guid attachmentId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var changed = new ChangeSignal(time);
        // Listening before the first look: a change between the two is seen by one of them.
        await using var listening = (await signals.ListenAsync(attachmentId, changed.Set, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        Attachment? shown = null;
        while (true)
        {
            var now = await GetAsync(caller, attachmentId, cancellationToken).ConfigureAwait(false);
            if (now != shown)
            {
                yield return shown = now;
            }

            if (now.Status is AttachmentStatus.Ready or AttachmentStatus.Failed)
            {
                yield break;
            }

            await changed.WaitAsync(options.Value.WatchInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<SourcePage> SourceAsync(Caller caller, Guid chunkId, CancellationToken cancellationToken) =>
        await store.SourceAsync(caller.UserId, chunkId, SourceMargin, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("passage");

    private static DetectedType Judge(ReadOnlySpan<byte> head, string name)
    {
        if (head.IsEmpty)
        {
            throw new ConvoException(ProblemKind.Invalid, "file_empty", "The file has no content. Check that it was saved, and choose it again.");
        }

        var type = FileType.Detect(head, name);
        return type.Refusal is null ? type : throw new ConvoException(ProblemKind.UnsupportedType, "unsupported_type", type.Refusal);
    }

    /// <summary>Kept without what a camera or an editor wrote beside the pixels, so it is read whole before anything is stored.</summary>
    private async Task<Attachment> StorePictureAsync(
        Caller caller, UploadFile file, string name, ReadOnlyMemory<byte> head, Stream rest, CancellationToken cancellationToken)
    {
        var whole = new MemoryStream();
        using var upload = new UploadStream(head, rest, Math.Min(Picture.MaxBytes, options.Value.MaxBytes));
        await upload.CopyToAsync(whole, cancellationToken).ConfigureAwait(false);
        var picture = Picture.Clean(whole.GetBuffer().AsSpan(0, (int)whole.Length));
        return await StoreAsync(caller, file, name, picture.MediaType, AttachmentStatus.Ready, picture.Bytes, Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Attachment> StoreAsync(
        Caller caller, UploadFile file, string name, string mediaType, AttachmentStatus status, ReadOnlyMemory<byte> head, Stream rest, CancellationToken cancellationToken)
    {
        using var content = new UploadStream(head, rest, options.Value.MaxBytes);
        // Received whole first: a client that sends slowly must not hold a database connection.
        var spool = new UploadSpool();
        await using var _ = spool.ConfigureAwait(false);
        await spool.FillAsync(content, cancellationToken).ConfigureAwait(false);
        var target = file.SaidAfterwards is { } ask ? await ask(cancellationToken).ConfigureAwait(false) : new UploadTarget(file.ThreadId, file.CollectionId);
        // Only a picture is ready at once.
        if (status == AttachmentStatus.Ready && target.CollectionId is not null)
        {
            throw new ConvoException(ProblemKind.UnsupportedType, "unsupported_type", "A collection holds documents that can be searched. Attach pictures to a message instead.");
        }

        using var place = await gate.StoreAsync(cancellationToken).ConfigureAwait(false);
        var stored = await store.AddAsync(
            new NewAttachment(time.NewId(), caller.UserId, name, mediaType, time.GetUtcNow()) { Status = status },
            new ReceivedUpload(content.Size, content.Hash(), spool.Rewind), target, cancellationToken).ConfigureAwait(false);
        return stored ?? throw NoTarget(target.CollectionId);
    }

    /// <summary>The file is stored: whatever happens to the scheduler now, the sweep finds it.</summary>
    private async Task EnqueueAsync(Guid attachmentId)
    {
        try
        {
            await queue.EnqueueAsync(attachmentId, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogNotQueued(e, attachmentId);
        }
    }

    private static ConvoException NoFile() => ConvoException.NotFound("file");

    private static ConvoException NoTarget(Guid? collectionId) => ConvoException.NotFound(collectionId is null ? "thread" : "thread or collection");

    [LoggerMessage(Level = LogLevel.Warning, Message = "File {AttachmentId} is stored but no job could be scheduled; the next sweep takes it up")]
    private partial void LogNotQueued(Exception exception, Guid attachmentId);
}
