namespace Convo.Web.Hosting;

/// <summary>A problem object before it is written.</summary>
public sealed record ProblemObject(int Status, string Code, string Detail)
{
    public string? Field { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public DateTimeOffset? ResetAt { get; init; }

    public string? TraceId { get; init; }

    public IReadOnlyDictionary<string, object?> Facts { get; init; } = new Dictionary<string, object?>();

    /// <summary>Rounded up: whoever comes back at that second is not refused again.</summary>
    public long? RetryAfterSeconds => RetryAfter is { } wait ? (long)Math.Ceiling(Math.Max(0, wait.TotalSeconds)) : null;

    /// <summary>The members in their JSON spelling; those that are null are left out.</summary>
    public IReadOnlyDictionary<string, object?> ToMembers()
    {
        var members = new Dictionary<string, object?>
        {
            ["type"] = "about:blank",
            ["title"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status),
            ["status"] = Status,
            ["code"] = Code,
            ["detail"] = Detail,
        };
        Add(members, "field", Field);
        Add(members, "retry_after", RetryAfterSeconds);
        Add(members, "reset_at", ResetAt);
        Add(members, "trace_id", TraceId);
        foreach (var (name, value) in Facts)
        {
            members.TryAdd(name, value);
        }

        return members;
    }

    private static void Add(Dictionary<string, object?> members, string name, object? value)
    {
        if (value is not null)
        {
            members[name] = value;
        }
    }
}
