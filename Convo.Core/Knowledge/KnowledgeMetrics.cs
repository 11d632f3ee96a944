using System.Diagnostics.Metrics;

namespace Convo.Core.Knowledge;

/// <summary>What the knowledge slice counts. No tag carries a user's text or an unbounded id.</summary>
internal static class KnowledgeMetrics
{
    private static readonly Meter Meter = new("Convo.Knowledge");

    /// <summary>Tag <c>status</c>: queued, ready, failed.</summary>
    public static readonly Counter<long> Attachments = Meter.CreateCounter<long>("convo_attachments_total");

    /// <summary>Tag <c>stage</c>: extract, embed, publish, all.</summary>
    public static readonly Histogram<double> IngestSeconds = Meter.CreateHistogram<double>("convo_ingest_duration_seconds", "s");

    /// <summary>Tag <c>leg</c>: keyword, vector, load.</summary>
    public static readonly Histogram<double> RetrievalSeconds = Meter.CreateHistogram<double>("convo_retrieval_duration_seconds", "s");

    /// <summary>Tag <c>leg</c>.</summary>
    public static readonly Histogram<int> RetrievalResults = Meter.CreateHistogram<int>("convo_retrieval_results");

    public static void Ingested(string stage, TimeSpan took) => IngestSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    public static void Retrieved(string leg, TimeSpan took, int results)
    {
        var tag = new KeyValuePair<string, object?>("leg", leg);
        RetrievalSeconds.Record(took.TotalSeconds, tag);
        RetrievalResults.Record(results, tag);
    }
}
