using Convo.Core.Models;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Brings the stock to the configured embedding model; run by a job, on one node at a time.</summary>
public interface IReembedding
{
    /// <summary>Goes on where the last run ended. Search uses the vectors in use until every passage has its new one.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>What is missing is the work list: a run that dies leaves nothing to clean up, and the next one goes on.</summary>
internal sealed partial class Reembedding(
    IEmbedders embedders, IEmbeddingModelStore store, IEmbeddingMeter meter, IPayer payer, IOptions<IngestionOptions> options, ILogger<Reembedding> logger)
    : IReembedding
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var embedder = embedders.Configured;
        // Also learns the length of the vectors of a model that has not been asked yet.
        if (!await HasAnsweredAsync(embedder, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var used = await store.InUseAsync(embedder.ModelId, embedder.Dimensions, cancellationToken).ConfigureAwait(false);
        if (used != embedder.ModelId && !await store.BeginAsync(embedder.ModelId, embedder.Dimensions, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await FillAsync(embedder, cancellationToken).ConfigureAwait(false);
            if (used != embedder.ModelId && await store.TrySwitchAsync(embedder.ModelId, cancellationToken).ConfigureAwait(false))
            {
                LogSwitched(used, embedder.ModelId);
            }

            await store.NoteAsync(embedder.ModelId, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProviderException or EmbeddingException or ConvoException { Kind: ProblemKind.LimitReached or ProblemKind.Unavailable })
        {
            // The passages that are left stay on the list; the next run tries them again.
            LogInterrupted(e, embedder.ModelId);
            var problem = e switch
            {
                ProviderException refused => refused.ToProblem(),
                ConvoException budget => new Problem(budget.Code, budget.Message),
                _ => new Problem("embedding_failed", "The embedding model answered with something that cannot be used. Check the model that is configured."),
            };
            await store.NoteAsync(embedder.ModelId, problem, cancellationToken).ConfigureAwait(false);
        }

        await store.ForgetRetiredAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HasAnsweredAsync(IEmbedder embedder, CancellationToken cancellationToken)
    {
        try
        {
            return embedder.Dimensions > 0 || (await embedder.EmbedAsync(["Convo"], EmbeddingPurpose.Query, cancellationToken).ConfigureAwait(false)).Count > 0;
        }
        catch (Exception e) when (e is ProviderException or EmbeddingException or ConvoException)
        {
            LogInterrupted(e, embedder.ModelId);
            return false;
        }
    }

    /// <summary>Gives every passage that lacks one a vector. Files that come in meanwhile bring theirs along.</summary>
    private async Task FillAsync(IEmbedder embedder, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (await store.NextAsync(embedder.ModelId, last, options.Value.EmbeddingBatch, cancellationToken).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            IReadOnlyList<string> texts = [.. batch.Select(p => PassageContext.Of(p.Title, p.HeadingPath, p.Content))];
            var vectors = await payer.FindAsync(cancellationToken).ConfigureAwait(false) is { } admin
                ? await meter.EmbedAsync(new EmbeddingPayer(admin.UserId, admin.TeamId, null, null), embedder, texts, EmbeddingPurpose.Document, cancellationToken).ConfigureAwait(false)
                : await embedder.EmbedAsync(texts, EmbeddingPurpose.Document, cancellationToken).ConfigureAwait(false);
            await store.SaveAsync(embedder.ModelId, [.. batch.Zip(vectors, (p, v) => new PassageVector(p.ChunkId, v))], cancellationToken).ConfigureAwait(false);
            last = batch[^1].ChunkId;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Every passage has its vector of {Model}; search uses it from now on instead of {Before}")]
    private partial void LogSwitched(string before, string model);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Embedding the stock with {Model} was interrupted; it goes on at the next run")]
    private partial void LogInterrupted(Exception exception, string model);
}

/// <summary>Who pays for what nobody asked for: a change of model is an administrator's decision, not that of the files' owners.</summary>
public interface IPayer
{
    /// <returns>The first administrator; null on an installation that has none yet.</returns>
    Task<Payer?> FindAsync(CancellationToken cancellationToken);
}

public sealed record Payer(Guid UserId, Guid? TeamId);
