using Quartz;

namespace Convo.Web.Jobs;

/// <summary>Keys of jobs and triggers. They are stored, so they never change.</summary>
internal static class JobNames
{
    /// <summary>The execution group that bounds how many files a node works on.</summary>
    public const string IngestionGroup = "ingestion";

    public static JobKey Ingest { get; } = new("ingest");

    public static JobKey IngestionSweep { get; } = new("ingestion-sweep");

    public static JobKey SearchMaintenance { get; } = new("search-maintenance");

    public static JobKey Reembedding { get; } = new("reembedding");

    public static JobKey Retention { get; } = new("retention");

    public static TriggerKey IngestOne(Guid attachmentId) => new(attachmentId.ToString("N"), IngestionGroup);
}
