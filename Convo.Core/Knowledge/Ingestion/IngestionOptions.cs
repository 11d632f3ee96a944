namespace Convo.Core.Knowledge;

/// <summary>How files are made searchable.</summary>
public sealed class IngestionOptions
{
    public const string Section = "Convo:Ingestion";

    /// <summary>Files a node works on at the same time.</summary>
    public int Parallelism { get; set; } = 2;

    /// <summary>Runs of one file before a fault that is not the file's own counts as final.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How long a worker that says nothing keeps a file.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker renews its lease and shows its progress.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause before the second run; doubled before each further one.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often files whose worker died, or that no job was made for, are looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Passages in one request to the embedding model.</summary>
    public int EmbeddingBatch { get; set; } = 64;
}
