using System.Globalization;
using System.Text.RegularExpressions;

namespace Convo.Data.Connections;

/// <summary>The parts of <c>scheme://user:password@host:port,host:port/path?name=value</c>, percent-decoded. System.Uri knows one host only.</summary>
internal sealed partial record ConnectionUrl(
    string Scheme, string? User, string? Password, string Hosts, string Path, IReadOnlyList<KeyValuePair<string, string>> Query)
{
    public static bool TryParse(string text, out ConnectionUrl url)
    {
        var match = Pattern().Match(text.Trim());
        url = match.Success
            ? new ConnectionUrl(
                match.Groups["scheme"].Value.ToLowerInvariant(),
                Decode(match.Groups["user"]),
                Decode(match.Groups["password"]),
                Uri.UnescapeDataString(match.Groups["hosts"].Value),
                Decode(match.Groups["path"]) ?? "",
                [.. match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair)])
            : null!;
        return match.Success;
    }

    public static int? PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port : null;

    private static string? Decode(Group group) => group.Success && group.Length > 0 ? Uri.UnescapeDataString(group.Value) : null;

    private static KeyValuePair<string, string> Pair(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at < 0
            ? new(Uri.UnescapeDataString(text), "")
            : new(Uri.UnescapeDataString(text[..at]), Uri.UnescapeDataString(text[(at + 1)..]));
    }

    // The last @ ends the credentials, so a password with an unescaped @ is still read as it was meant.
    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?<user>[^:/?#]*?)(?::(?<password>[^/?#]*))?@)?(?<hosts>[^/?#@]*)(?:/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}
