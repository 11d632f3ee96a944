namespace Convo.Core.Shared;

/// <summary>What kind of answer a failure gets; the web layer maps each to one HTTP status.</summary>
public enum ProblemKind
{
    /// <summary>400: the request cannot be right as it is.</summary>
    Invalid,
    /// <summary>401: nobody is signed in, or the key is not known.</summary>
    Unauthenticated,
    /// <summary>403: the caller is known and may not.</summary>
    Forbidden,
    /// <summary>404: unknown, or another person's; the two are not told apart.</summary>
    NotFound,
    /// <summary>409: it collides with the present state.</summary>
    Conflict,
    /// <summary>413: too much text or too large a file.</summary>
    TooLarge,
    /// <summary>415: a file type that Convo cannot read.</summary>
    UnsupportedType,
    /// <summary>422: an idempotency key that was used for something else.</summary>
    Unprocessable,
    /// <summary>429: a budget or a rate is used up.</summary>
    LimitReached,
    /// <summary>503: a part that Convo needs is away.</summary>
    Unavailable,
    /// <summary>507: no room to store it.</summary>
    NoRoom,
}

/// <summary>
/// An expected failure with a stable code for programs and a plain sentence (cause, next step) for people.
/// It is translated once, at the edge; its text is shown as it is, so it never holds a secret or a server path.
/// </summary>
public sealed class ConvoException(ProblemKind kind, string code, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public ProblemKind Kind { get; } = kind;

    /// <summary>Snake case, stable, such as <c>turn_running</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The member of the request that is wrong, in its JSON spelling.</summary>
    public string? Field { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>Further members of the problem object, in their JSON spelling (<c>scope</c>, <c>used</c>, <c>limit</c>).</summary>
    public IReadOnlyDictionary<string, object?> Facts { get; init; } = EmptyFacts;

    private static readonly IReadOnlyDictionary<string, object?> EmptyFacts = new Dictionary<string, object?>();

    public static ConvoException NotFound(string what) =>
        new(ProblemKind.NotFound, "not_found", $"There is no such {what}, or it is not yours. Check the id.");

    public static ConvoException Invalid(string field, string detail) =>
        new(ProblemKind.Invalid, "invalid_request", detail) { Field = field };
}
