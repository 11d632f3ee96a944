using Microsoft.Extensions.AI;

namespace Convo.Core.Models;

/// <summary>Marks on a <see cref="UsageDetails"/> that the abstraction has no member for.</summary>
public static class UsageMarks
{
    private const string Estimated = "convo.estimated";

    /// <summary>Whether Convo counted the tokens itself because the provider gave no figures.</summary>
    public static bool IsEstimated(UsageDetails usage) => usage.AdditionalCounts?.ContainsKey(Estimated) == true;

    public static UsageDetails MarkEstimated(UsageDetails usage)
    {
        (usage.AdditionalCounts ??= [])[Estimated] = 1;
        return usage;
    }
}
