using Convo.Core.Knowledge;
using Quartz;

namespace Convo.Web.Jobs;

/// <summary>Works on one file. Which one is decided when it runs, so that a person with one file does not wait behind one with five hundred.</summary>
internal sealed class IngestJob(IIngestionService ingestion) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await ingestion.RunAsync(null, cancellationToken);
}

/// <summary>Takes up files whose worker died, or that no job was made for.</summary>
[DisallowConcurrentExecution]
internal sealed class IngestionSweepJob(IIngestionService ingestion) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await ingestion.SweepAsync(cancellationToken);
}

/// <summary>Brings the stock to the configured embedding model.</summary>
[DisallowConcurrentExecution]
internal sealed class ReembeddingJob(IReembedding reembedding) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await reembedding.RunAsync(cancellationToken);
}

/// <summary>Keeps the search index in step with what is stored.</summary>
[DisallowConcurrentExecution]
internal sealed class SearchMaintenanceJob(ISearchMaintenance maintenance) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await maintenance.RunAsync(cancellationToken);
}
