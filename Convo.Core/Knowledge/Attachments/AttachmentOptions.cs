namespace Convo.Core.Knowledge;

/// <summary>Limits of uploads.</summary>
public sealed class AttachmentOptions
{
    public const string Section = "Convo:Attachments";

    /// <summary>Bytes of one file, counted as they are read.</summary>
    public long MaxBytes { get; set; } = 100L << 20;

    /// <summary>Uploads a node takes at the same time; each holds a database connection while its client sends. Others wait.</summary>
    public int MaxParallelUploads { get; set; } = 16;

    /// <summary>How often a watcher looks by itself, for the case that an announcement was lost.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(2);
}
