using System.Security.Cryptography;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Data.Knowledge;

public sealed class UploadTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _engine = await KnowledgeEngine.StartAsync(services => services.Configure<AttachmentOptions>(o => o.MaxBytes = 3 << 20));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Upload_OverSeveralParts_GivesTheSameBytesBack()
    {
        var bytes = Text(2_500_000);

        var attachment = await UploadAsync(new MemoryStream(bytes));

        Assert.Equal(AttachmentStatus.Queued, attachment.Status);
        Assert.Equal(bytes.Length, attachment.Size);
        await using var stored = await _engine.Attachments.OpenAsync(_engine.Owner, attachment.Id, Token);
        using var copy = new MemoryStream();
        await stored.CopyToAsync(copy, Token);
        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal(3, await _engine.CountAsync("SELECT count(*) FROM attachment_blobs WHERE attachment_id = @id", new { id = attachment.Id }));
        Assert.Equal(
            1, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE id = @id AND sha256 = @hash", new { id = attachment.Id, hash = SHA256.HashData(bytes) }));
        Assert.Equal([attachment.Id], _engine.Queue.Asked.Select(a => a.AttachmentId));
    }

    [Fact]
    public async Task Upload_CutInTheMiddle_LeavesNothing()
    {
        await Assert.ThrowsAsync<IOException>(() => UploadAsync(new CutStream(Text(2_000_000), 1_500_000)));

        await AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Upload_OverTheLimit_Is413AndLeavesNothing()
    {
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => UploadAsync(new MemoryStream(Text((3 << 20) + 1))));

        Assert.Equal((ProblemKind.TooLarge, "file_too_large"), (refusal.Kind, refusal.Code));
        await AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Upload_WithoutAByte_Is400()
    {
        var refusal = await Assert.ThrowsAsync<ConvoException>(() => UploadAsync(new MemoryStream([])));

        Assert.Equal((ProblemKind.Invalid, "file_empty"), (refusal.Kind, refusal.Code));
        await AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Upload_OfAnUnknownType_Is415WhateverItsName()
    {
        byte[] program = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, .. new byte[200]];

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => UploadAsync(new MemoryStream(program), "report.pdf"));

        Assert.Equal((ProblemKind.UnsupportedType, "unsupported_type"), (refusal.Kind, refusal.Code));
        await AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Upload_ToAnothersThread_Is404AndLeavesNothing()
    {
        var thread = await _engine.AddThreadAsync(await _engine.AddUserAsync());

        var early = await Assert.ThrowsAsync<ConvoException>(() => _engine.UploadAsync("text", threadId: thread));
        var late = await Assert.ThrowsAsync<ConvoException>(() => _engine.Attachments.UploadAsync(
            _engine.Owner,
            new UploadFile("a.txt", null, null, null) { SaidAfterwards = _ => ValueTask.FromResult(new UploadTarget(thread, null)) },
            new MemoryStream("text"u8.ToArray()),
            Token));

        Assert.Equal(ProblemKind.NotFound, early.Kind);
        Assert.Equal(ProblemKind.NotFound, late.Kind);
        await AssertNothingStoredAsync();
    }

    /// <summary>Clients that send slowly, more than there are connections, hold none of them.</summary>
    [Fact]
    public async Task Upload_ByManySlowClients_LeavesTheDatabaseToOthers()
    {
        var goOn = new TaskCompletionSource();
        var slow = Enumerable.Range(0, 40).Select(_ => UploadAsync(new SlowStream(Text(1_200_000), goOn.Task))).ToList();

        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"));
        await UploadAsync(new MemoryStream("quick"u8.ToArray()), "quick.txt");
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM attachments"));
        goOn.SetResult();
        await Task.WhenAll(slow);

        Assert.Equal(41, await _engine.CountAsync("SELECT count(*) FROM attachments AS a WHERE a.size_bytes = (SELECT sum(length(b.bytes)) FROM attachment_blobs AS b WHERE b.attachment_id = a.id)"));
    }

    [Fact]
    public async Task Get_OfAnothersFile_Is404OnEveryWay()
    {
        var file = await UploadAsync(new MemoryStream("secret"u8.ToArray()));
        var other = await _engine.AddUserAsync();

        Func<Task>[] ways =
        [
            () => _engine.Attachments.GetAsync(other, file.Id, Token),
            () => _engine.Attachments.OpenAsync(other, file.Id, Token),
            () => _engine.Attachments.DeleteAsync(other, file.Id, Token),
            () => _engine.Attachments.RetryAsync(other, file.Id, Token),
            async () => await _engine.Attachments.WatchAsync(other, file.Id, Token).GetAsyncEnumerator(Token).MoveNextAsync(),
        ];

        foreach (var way in ways)
        {
            Assert.Equal(ProblemKind.NotFound, (await Assert.ThrowsAsync<ConvoException>(way)).Kind);
        }

        Assert.Equal(AttachmentStatus.Queued, (await _engine.Attachments.GetAsync(_engine.Owner, file.Id, Token)).Status);
    }

    [Fact]
    public async Task List_OverPages_GivesEachFileOnceNewestFirst()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await UploadAsync(new MemoryStream("text"u8.ToArray()))).Id);
        }

        var first = await _engine.Attachments.ListAsync(_engine.Owner, null, 3, Token);
        var second = await _engine.Attachments.ListAsync(_engine.Owner, first.NextCursor, 3, Token);

        Assert.Equal(ids, first.Items.Concat(second.Items).Select(a => a.Id));
        Assert.Null(second.NextCursor);
    }

    private Task<Attachment> UploadAsync(Stream content, string name = "notes.txt") =>
        _engine.Attachments.UploadAsync(_engine.Owner, new UploadFile(name, null, null, null), content, Token);

    private static byte[] Text(int length)
    {
        var text = new byte[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = (byte)(i % 61 == 0 ? '\n' : 'a' + (i % 26));
        }

        return text;
    }

    private async Task AssertNothingStoredAsync() => Assert.Equal(
        0, await _engine.CountAsync("SELECT (SELECT count(*) FROM attachments) + (SELECT count(*) FROM attachment_blobs)"));

    /// <summary>A client whose connection breaks after some bytes.</summary>
    private sealed class CutStream(byte[] bytes, int cutAt) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= cutAt ? throw new IOException("The connection was reset.") : base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, cutAt - Position)], cancellationToken);
    }

    /// <summary>Gives its first half and then nothing until it may go on.</summary>
    private sealed class SlowStream(byte[] bytes, Task goOn) : Stream
    {
        private int _at;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at >= bytes.Length / 2)
            {
                await goOn.WaitAsync(cancellationToken);
            }

            var read = Math.Min(Math.Min(buffer.Length, 64 * 1024), bytes.Length - _at);
            bytes.AsMemory(_at, read).CopyTo(buffer);
            _at += read;
            return read;
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => bytes.Length;
        public override long Position { get => _at; set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush()
        {
        }
    }
}
