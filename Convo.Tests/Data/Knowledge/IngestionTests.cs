using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Data.Knowledge;

public sealed class IngestionTests : IAsyncLifetime
{
    private const string Invariant =
        """
        SELECT count(*)
        FROM attachments AS a
        LEFT JOIN LATERAL (SELECT count(*) AS n, min(c.position) AS low, max(c.position) AS high FROM attachment_chunks AS c WHERE c.attachment_id = a.id) AS c ON true
        WHERE (a.status = 'ready' AND (c.n <> a.chunk_count OR c.n = 0 OR c.low <> 0 OR c.high <> c.n - 1)) OR (a.status <> 'ready' AND c.n > 0)
        """;

    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Run_OfAText_MakesItReadyWithContiguousChunksThatAreTheText()
    {
        var text = "# Leave\n\n" + string.Join("\n\n", Enumerable.Range(1, 60).Select(i => $"Paragraph {i} says that every employee has {i} days of leave. Nobody may carry them over."))
            + "\fOn the second page stands the exception for managers.";

        var file = await _engine.IndexAsync(text);

        Assert.Equal((AttachmentStatus.Ready, 2, null), (file.Status, file.Pages, file.Error));
        Assert.True(file.Chunks > 1);
        Assert.Equal(0, await _engine.CountAsync(Invariant));
        var passage = Assert.Single(await _engine.FindAsync("exception for managers"), p => p.PageTo == 2);
        var source = await _engine.Attachments.SourceAsync(_engine.Owner, passage.ChunkId, Token);
        Assert.Equal(passage.Text, source.Text.Substring(source.PassageStart, source.PassageLength));
    }

    [Theory]
    [InlineData(ExtractionCodes.Encrypted)]
    [InlineData(ExtractionCodes.Damaged)]
    [InlineData(ExtractionCodes.NoText)]
    [InlineData(ExtractionCodes.Crashed)]
    [InlineData(ExtractionCodes.Memory)]
    public async Task Run_OfAPoisonFile_FailsItWithItsReasonAndTheQueueMovesOn(string code)
    {
        _engine.Extractor.Before = (text, _) => text.StartsWith("poison", StringComparison.Ordinal)
            ? throw new ExtractionException(code, "The file cannot be used. Choose another.")
            : Task.CompletedTask;
        var poison = await _engine.UploadAsync("poison");
        var good = await _engine.UploadAsync("A good text.");

        await _engine.RunAllAsync();

        var failed = await _engine.Attachments.GetAsync(_engine.Owner, poison.Id, Token);
        Assert.Equal((AttachmentStatus.Failed, new Problem(code, "The file cannot be used. Choose another.")), (failed.Status, failed.Error));
        Assert.Equal(AttachmentStatus.Ready, (await _engine.Attachments.GetAsync(_engine.Owner, good.Id, Token)).Status);
        Assert.Equal(0, await _engine.CountAsync(Invariant));
    }

    [Fact]
    public async Task Run_OfAFileWithoutText_FailsAsNoText()
    {
        var file = await _engine.IndexAsync("\f");

        Assert.Equal(ExtractionCodes.NoText, file.Error?.Code);
    }

    [Fact]
    public async Task Run_AgainstAFaultThatStays_EndsAfterThreeAttempts()
    {
        await using var engine = await KnowledgeEngine.StartAsync(services => services.Configure<IngestionOptions>(o => o.RetryDelay = TimeSpan.Zero));
        engine.Extractor.Before = (_, _) => throw new IOException("the disk is away");
        var file = await engine.UploadAsync("text");

        await engine.RunAllAsync();

        var failed = await engine.Attachments.GetAsync(engine.Owner, file.Id, Token);
        Assert.Equal((AttachmentStatus.Failed, "ingestion_failed"), (failed.Status, failed.Error?.Code));
        Assert.Equal(3, engine.Extractor.Calls);
        // The upload's own job and one for each retry.
        Assert.Equal(3, engine.Queue.Asked.Count);
    }

    [Fact]
    public async Task Retry_AfterTheEmbedderFailed_GoesOnWithoutReadingTheFileAgain()
    {
        var embedder = new FailingEmbedder { Fails = true };
        await using var engine = await KnowledgeEngine.StartAsync(services => services
            .AddSingleton<IEmbedder>(embedder).Configure<IngestionOptions>(o => o.RetryDelay = TimeSpan.Zero));
        var file = await engine.UploadAsync("A text to embed.");
        await engine.RunAllAsync();
        Assert.Equal("embedding_failed", (await engine.Attachments.GetAsync(engine.Owner, file.Id, Token)).Error?.Code);
        Assert.Equal(1, engine.Extractor.Calls);

        embedder.Fails = false;
        Assert.Equal(AttachmentStatus.Queued, (await engine.Attachments.RetryAsync(engine.Owner, file.Id, Token)).Status);
        await engine.RunAllAsync();

        Assert.Equal(AttachmentStatus.Ready, (await engine.Attachments.GetAsync(engine.Owner, file.Id, Token)).Status);
        Assert.Equal(1, engine.Extractor.Calls);
        Assert.Equal(0, await engine.CountAsync("SELECT count(*) FROM attachment_drafts"));
    }

    [Fact]
    public async Task Retry_OfAFileThatDidNotFail_Is409()
    {
        var file = await _engine.IndexAsync("text");

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => _engine.Attachments.RetryAsync(_engine.Owner, file.Id, Token));

        Assert.Equal((ProblemKind.Conflict, "not_failed"), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public async Task Run_OnFourWorkers_ReadsEachFileOnce()
    {
        for (var i = 0; i < 12; i++)
        {
            await _engine.UploadAsync($"File number {i} about gardening.");
        }

        await using var other = _engine.AddNode();
        await Task.WhenAll(_engine.RunAllAsync(), other.RunAllAsync(), _engine.RunAllAsync(), other.RunAllAsync());

        Assert.Equal(12, _engine.Extractor.Calls + other.Extractor.Calls);
        Assert.Equal(12, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE status = 'ready' AND attempts = 1"));
        Assert.Equal(0, await _engine.CountAsync(Invariant));
    }

    [Fact]
    public async Task Run_ThatWasTakenForDead_ChangesNothingAnyMore()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _engine.Extractor.Before = async (_, _) =>
        {
            reached.TrySetResult();
            await goOn.Task;
        };
        var file = await _engine.UploadAsync("A text that two workers read.");
        var slow = _engine.Ingestion.RunAsync(file.Id, Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        // Its lease runs out, the sweep gives the file back, and another node finishes it.
        await _engine.ExecuteAsync("UPDATE attachments SET lease_until = now() - interval '1 minute'");
        await using var other = _engine.AddNode();
        await other.Ingestion.SweepAsync(Token);
        Assert.Contains(file.Id, other.Queue.Asked.Select(a => a.AttachmentId));
        Assert.True(await other.Ingestion.RunAsync(file.Id, Token));
        var run = await _engine.Database.Db.ScalarAsync<Guid>("SELECT run_id FROM attachments", null, Token);
        goOn.SetResult();
        await slow;

        Assert.Equal(AttachmentStatus.Ready, (await _engine.Attachments.GetAsync(_engine.Owner, file.Id, Token)).Status);
        Assert.Equal(run, await _engine.Database.Db.ScalarAsync<Guid>("SELECT run_id FROM attachments", null, Token));
        Assert.Equal(0, await _engine.CountAsync(Invariant));
        Assert.Equal(0, await _engine.CountAsync(StatisticsTests.Drift));
    }

    [Fact]
    public async Task Renew_WithProgressOfTheStageBefore_DoesNotGoBack()
    {
        var file = await _engine.UploadAsync("text");
        var store = _engine.Get<IIngestionStore>();
        var now = TimeProvider.System.GetUtcNow();
        var run = (await store.ClaimAsync(file.Id, file.Id, now, now.AddMinutes(1), Token))!;
        await store.SaveTextAsync(run, new DocumentText("text", [new PageStart(1, 0)], 1, "english", []), now.AddMinutes(1), Token);

        Assert.True(await store.RenewAsync(run, new IngestionProgress(AttachmentStatus.Extracting, "Reading page 1 of 1", 0, 1), now.AddMinutes(2), Token));

        var shown = await _engine.Attachments.GetAsync(_engine.Owner, file.Id, Token);
        Assert.Equal((AttachmentStatus.Embedding, "Indexing"), (shown.Status, shown.Stage));
    }

    [Fact]
    public async Task Sweep_OfAFileThatEndedItsWorkerThreeTimes_FailsIt()
    {
        var file = await _engine.UploadAsync("text");
        await _engine.ExecuteAsync(
            "UPDATE attachments SET status = 'extracting', attempts = 3, run_id = @id, lease_until = now() - interval '1 second'", new { id = file.Id });

        await _engine.Ingestion.SweepAsync(Token);

        var failed = await _engine.Attachments.GetAsync(_engine.Owner, file.Id, Token);
        Assert.Equal((AttachmentStatus.Failed, "ingestion_crashed"), (failed.Status, failed.Error?.Code));
    }

    [Fact]
    public async Task Run_WhileTheHostStops_GivesTheFileBackWithoutCountingTheAttempt()
    {
        var reached = new TaskCompletionSource();
        _engine.Extractor.Before = (_, token) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var file = await _engine.UploadAsync("text");
        using var host = new CancellationTokenSource();
        var run = _engine.Ingestion.RunAsync(file.Id, host.Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        await host.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE status = 'queued' AND attempts = 0"));
    }

    [Fact]
    public async Task Delete_DuringARun_LeavesNoChunk()
    {
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _engine.Extractor.Before = async (_, _) =>
        {
            reached.TrySetResult();
            await goOn.Task;
        };
        var file = await _engine.UploadAsync("text");
        var run = _engine.Ingestion.RunAsync(file.Id, Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        await _engine.Attachments.DeleteAsync(_engine.Owner, file.Id, Token);
        goOn.SetResult();
        await run;

        Assert.Equal(0, await _engine.CountAsync("SELECT (SELECT count(*) FROM attachment_chunks) + (SELECT count(*) FROM attachment_blobs) + (SELECT count(*) FROM attachment_texts)"));
    }

    [Fact]
    public async Task Run_WithAnotherPersonsFileWaiting_DoesNotServeOneOwnerAllTheTime()
    {
        for (var i = 0; i < 5; i++)
        {
            await _engine.UploadAsync($"file {i}");
        }

        var other = await _engine.AddUserAsync();
        var single = await _engine.UploadAsync("the only one", owner: other);

        await _engine.Ingestion.RunAsync(null, Token);
        await _engine.Ingestion.RunAsync(null, Token);

        Assert.Equal(AttachmentStatus.Ready, (await _engine.Attachments.GetAsync(other, single.Id, Token)).Status);
    }

    [Fact]
    public async Task Watch_OnAnotherNode_SeesTheFileBecomeReady()
    {
        await using var other = _engine.AddNode(services => services.Configure<AttachmentOptions>(o => o.WatchInterval = TimeSpan.FromMinutes(5)));
        var file = await _engine.UploadAsync("text");
        var states = other.Attachments.WatchAsync(_engine.Owner, file.Id, Token).GetAsyncEnumerator(Token);
        Assert.True(await states.MoveNextAsync());
        var next = states.MoveNextAsync().AsTask();

        await _engine.Ingestion.RunAsync(file.Id, Token);

        var seen = new List<AttachmentStatus>();
        while (await next)
        {
            seen.Add(states.Current.Status);
            next = states.MoveNextAsync().AsTask();
        }

        Assert.Equal(AttachmentStatus.Ready, seen[^1]);
        await states.DisposeAsync();
    }

    private sealed class FailingEmbedder : IEmbedder
    {
        private readonly LexicalEmbedder _inner = new();

        public bool Fails { get; set; }

        public string ModelId => _inner.ModelId;

        public int Dimensions => _inner.Dimensions;

        public EmbeddingSupplier? Supplier => null;

        public double FusionWeight => _inner.FusionWeight;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct) =>
            Fails ? throw new EmbeddingException("NaN") : _inner.EmbedAsync(texts, purpose, ct);
    }
}
