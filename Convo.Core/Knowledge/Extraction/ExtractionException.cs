namespace Convo.Core.Knowledge;

/// <summary>A file that cannot be used, with a stable code and a plain sentence: the cause and a way on.</summary>
public sealed class ExtractionException(string code, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public string Code { get; } = code;

    public string Reason { get; } = reason;

    /// <summary>Pages of a document without text in which a picture of text may be; empty when that is not the cause.</summary>
    public IReadOnlyList<int> TextlessPages { get; init; } = [];

    /// <summary>Whether its process mostly waited for a processor that others had.</summary>
    public bool WasStarved { get; init; }

    /// <summary>
    /// Whether to try again unasked. Time that a file itself used up is not a reason: it would use it up again and keep the next files waiting.
    /// </summary>
    public bool IsTransient => WasStarved || Code is ExtractionCodes.ChildUnavailable;
}

/// <summary>The codes an <see cref="ExtractionException"/> can carry; they are stored and shown, so they never change.</summary>
public static class ExtractionCodes
{
    public const string Empty = "file_empty";
    public const string Encrypted = "file_encrypted";
    public const string Damaged = "file_damaged";
    public const string NoText = "no_text";
    public const string Unsupported = "unsupported_type";
    public const string TooManyPages = "too_many_pages";
    public const string TooLarge = "content_too_large";
    public const string Timeout = "extraction_timeout";
    public const string Memory = "extraction_memory";
    public const string Crashed = "extraction_crashed";
    public const string ChildUnavailable = "extraction_unavailable";
}
