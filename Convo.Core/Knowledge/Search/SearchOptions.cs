namespace Convo.Core.Knowledge;

/// <summary>How passages are found.</summary>
public sealed class SearchOptions
{
    public const string Section = "Convo:Search";

    /// <summary>Passages each leg hands to the fusion.</summary>
    public int Depth { get; set; } = 60;

    /// <summary>A file of at most this many tokens that a thread names goes to the model whole, when it fits.</summary>
    public int WholeFileTokens { get; set; } = 3_000;

    /// <summary>Part of two passages' word sequences that must agree for the second to be a repeat of the first (0 to 1).</summary>
    public double DuplicateOverlap { get; set; } = 0.85;
}
