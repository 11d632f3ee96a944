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

    /// <summary>Makes follow-up questions self-contained before they are searched.</summary>
    public QuestionRewriting Rewriting { get; set; } = QuestionRewriting.Model;

    public RerankOptions Rerank { get; set; } = new();
}

/// <summary>How a follow-up question is made self-contained.</summary>
public enum QuestionRewriting
{
    /// <summary>By the thread's model, at the price of a short call; by the rule when that model cannot.</summary>
    Model,
    /// <summary>By adding the words of the question before it.</summary>
    Rule,
    /// <summary>Not at all.</summary>
    Off,
}

/// <summary>A server that orders passages by how well they answer the question, after both legs were fused.</summary>
public sealed class RerankOptions
{
    public const string Section = "Convo:Search:Rerank";

    /// <summary>Where questions and passages are sent, such as <c>http://reranker:8080/v1/rerank</c>; null: no reranker.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The model's name, for servers that have several.</summary>
    public string? Model { get; set; }

    public string? ApiKey { get; set; }

    /// <summary>Passages that are sent, the best of the fusion.</summary>
    public int Candidates { get; set; } = 30;

    /// <summary>A reranker that takes longer is left out of this answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
