namespace Convo.Core.Turns;

/// <summary>Limits and rhythms of turns.</summary>
public sealed class TurnOptions
{
    public const string Section = "Convo:Turns";

    /// <summary>Characters of one message; above it the request is refused as too long.</summary>
    public int MaxMessageLength { get; set; } = 400_000;

    /// <summary>Output cap of an answer when the request names none.</summary>
    public int DefaultMaxOutputTokens { get; set; } = 4096;

    /// <summary>The shortest answer that is still of use when a budget is nearly spent.</summary>
    public int MinimumOutputTokens { get; set; } = 256;

    /// <summary>Tokens of retrieved passages in one prompt.</summary>
    public int RetrievalTokenBudget { get; set; } = 6000;

    /// <summary>A turn whose node has not renewed it for this long is taken for dead.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the text so far is written to the message row, which also renews the lease.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the events of a steady stream are collected before readers get them. With hundreds of turns at once it grows, threefold at most.</summary>
    public TimeSpan PublishInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often expired leases are looked for.</summary>
    public TimeSpan ReapInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a stopping host lets running turns finish.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a finished log stays in this node's memory for late readers.</summary>
    public TimeSpan KeepInMemory { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>No other node can be running: whatever says "streaming" at start was left by a crash.</summary>
    public bool SoleNode { get; set; }

    /// <summary>What the model is told when a thread has no system prompt of its own.</summary>
    public string SystemPrompt { get; set; } =
        "You are a helpful assistant inside an organisation. Answer in the language of the question, precisely and briefly. Use Markdown where it helps.";
}
