using Convo.Core.Shared;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>The stages of one run: extract and cut (kept), embed, publish.</summary>
internal sealed class IngestionPipeline(
    IIngestionStore store,
    IDocumentExtractor extractor,
    IChunker chunker,
    IEmbedders embedders,
    IEmbeddingMeter meter,
    IOptions<IngestionOptions> options,
    TimeProvider time)
{
    public async Task RunAsync(IngestionRun run, IngestionHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        var document = (run.HasText ? await store.LoadTextAsync(run.AttachmentId, cancellationToken).ConfigureAwait(false) : null)
            ?? await ExtractAsync(run, heartbeat, cancellationToken).ConfigureAwait(false);
        var models = await embedders.ForIngestionAsync(cancellationToken).ConfigureAwait(false);
        var chunks = await EmbedAsync(run, document, models, heartbeat, cancellationToken).ConfigureAwait(false);

        var started = time.GetTimestamp();
        Fence(await store.PublishAsync(run, new Publication(document, [.. models.Select(m => m.ModelId)], chunks), cancellationToken).ConfigureAwait(false));
        KnowledgeMetrics.Ingested("publish", time.GetElapsedTime(started));
        KnowledgeMetrics.Attachments.Add(1, new KeyValuePair<string, object?>("status", "ready"));
    }

    private async Task<DocumentText> ExtractAsync(IngestionRun run, IngestionHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var content = await store.OpenAsync(run.AttachmentId, cancellationToken).ConfigureAwait(false);
        await using var _ = content.ConfigureAwait(false);
        var request = new ExtractionRequest(run.Filename, content, token => store.OpenAsync(run.AttachmentId, token), run.OwnerId);
        var extracted = await extractor.ExtractAsync(request, heartbeat, cancellationToken).ConfigureAwait(false);

        var text = CanonicalText.Of(extracted);
        var drafts = chunker.Chunk(extracted, text);
        if (drafts.Count == 0)
        {
            throw new ExtractionException(ExtractionCodes.NoText, "The file holds no text that could be searched. If it is a scan, make it searchable with OCR first.");
        }

        var document = Describe(extracted, text, drafts);
        Fence(await store.SaveTextAsync(run, document, heartbeat.LeaseUntil, cancellationToken).ConfigureAwait(false));
        KnowledgeMetrics.Ingested("extract", time.GetElapsedTime(started));
        return document;
    }

    private static DocumentText Describe(ExtractedDocument extracted, CanonicalText text, IReadOnlyList<ChunkDraft> drafts)
    {
        var language = LanguageDetector.Detect(text.Text);
        var cuts = drafts.Select(d => new ChunkCut(d.HeadingPath, d.PageFrom, d.PageTo, d.CharStart, d.CharEnd, d.TokenCount, language));
        return new DocumentText(text.Text, text.Pages, extracted.Pages, language, [.. cuts]);
    }

    private async Task<IReadOnlyList<NewChunk>> EmbedAsync(
        IngestionRun run, DocumentText document, IReadOnlyList<IEmbedder> models, IngestionHeartbeat heartbeat, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var chunks = new List<NewChunk>(document.Cuts.Count);
        var title = Path.GetFileNameWithoutExtension(run.Filename);
        var payer = new EmbeddingPayer(run.OwnerId, run.OwnerTeamId, null, run.ThreadId);
        foreach (var batch in document.Cuts.Chunk(options.Value.EmbeddingBatch))
        {
            heartbeat.Embedded(chunks.Count, document.Cuts.Count, document.Pages);
            var contents = Array.ConvertAll(batch, cut => document.Text[cut.CharStart..cut.CharEnd]);
            IReadOnlyList<string> texts = [.. batch.Zip(contents, (cut, content) => PassageContext.Of(title, cut.HeadingPath, content))];
            var vectors = new List<IReadOnlyList<float[]>>(models.Count);
            foreach (var embedder in models)
            {
                vectors.Add(await meter.EmbedAsync(payer, embedder, texts, EmbeddingPurpose.Document, cancellationToken).ConfigureAwait(false));
            }

            for (var i = 0; i < batch.Length; i++)
            {
                chunks.Add(new NewChunk(
                    time.NewId(), chunks.Count, batch[i], contents[i], SearchText.Of(title, batch[i].HeadingPath, contents[i]), [.. vectors.Select(v => v[i])]));
            }
        }

        KnowledgeMetrics.Ingested("embed", time.GetElapsedTime(started));
        return chunks;
    }

    private static void Fence(bool held)
    {
        if (!held)
        {
            throw new RunLostException();
        }
    }
}
