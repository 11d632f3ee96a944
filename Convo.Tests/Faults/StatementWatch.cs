using System.Text;
using System.Text.RegularExpressions;

namespace Convo.Tests.Faults;

/// <summary>
/// Follows one connection's bytes to PostgreSQL far enough to know which statement was run before a COMMIT. A prepared statement shows its
/// text once (Parse: name, text) and is called by its name from then on (Bind: portal, name); see PostgreSQL's manual, §55.7.
/// </summary>
internal sealed partial class StatementWatch
{
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private bool _ran;

    /// <param name="marker">A part of the statement's leading comment; null to only learn names.</param>
    /// <param name="bytes">As the client sent them.</param>
    /// <returns>Whether these bytes commit what the marked statement did.</returns>
    public bool CommitsAfter(string? marker, ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        foreach (Match parsed in Parse().Matches(text))
        {
            _prepared[parsed.Groups["name"].Value] = parsed.Groups["comment"].Value;
        }

        if (marker is null)
        {
            return false;
        }

        _ran |= Parse().Matches(text).Any(parsed => parsed.Groups["comment"].Value.Contains(marker, StringComparison.Ordinal))
            || _prepared.Any(known => known.Key.Length > 0 && known.Value.Contains(marker, StringComparison.Ordinal) && text.Contains($"\0{known.Key}\0", StringComparison.Ordinal));
        return _ran && text.Contains("COMMIT", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<name>(_auto[0-9]+)?)\0/\* (?<comment>[^*]+) \*/", RegexOptions.NonBacktracking)]
    private static partial Regex Parse();
}
