using System.Text.RegularExpressions;

namespace Convo.Core.Models.Providers.Http;

/// <summary>Cuts keys out of what a provider said: those we know, and whatever looks like one of anybody's.</summary>
internal static partial class Redactor
{
    private const int MaxLength = 300;

    public static string Clean(string text, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets.Where(s => s.Length >= 4))
        {
            text = text.Replace(secret, "[key]", StringComparison.Ordinal);
        }

        text = KeyLike().Replace(text, "[key]");
        text = Blanks().Replace(text, " ").Trim();
        return text.Length <= MaxLength ? text : text[..MaxLength].TrimEnd() + "…";
    }

    /// <summary>Key prefixes of the known providers, also half masked with stars; bearer tokens; keys in a query.</summary>
    [GeneratedRegex(@"\b(?:sk|pk|rk|gsk|xai|hf|cv|AIza)[-_A-Za-z0-9*•.]{8,}|(?<=\bbearer\s+)\S+|(?<=[?&]key=)[^&\s]+", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 200)]
    private static partial Regex KeyLike();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
