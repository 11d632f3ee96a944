namespace Convo.Core.Knowledge;

/// <summary>Limits of uploads.</summary>
public sealed class AttachmentOptions
{
    public const string Section = "Convo:Attachments";

    /// <summary>Bytes of one file, counted as they are read.</summary>
    public long MaxBytes { get; set; } = 100L << 20;

    /// <summary>Uploads a node receives at the same time, each in memory or a temporary file until it is whole. Others wait.</summary>
    public int MaxParallelUploads { get; set; } = 64;

    /// <summary>Uploads that are written to the database at the same time, each on a connection of its own. Others wait.</summary>
    public int MaxParallelStores { get; set; } = 8;

    /// <summary>How often a watcher looks by itself, for the case that an announcement was lost.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(2);
}
