using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Whether text is a stored e-mail (RFC 5322): it begins with header fields, several of them those of mail.</summary>
internal static class MailSniffer
{
    private static readonly HashSet<string> Telling = new(StringComparer.OrdinalIgnoreCase)
    {
        "from", "to", "subject", "date", "message-id", "received", "mime-version", "content-type", "return-path", "delivered-to", "reply-to", "cc", "x-mailer",
    };

    public static bool LooksLikeMailbox(string text)
    {
        if (!text.StartsWith("From ", StringComparison.Ordinal))
            return false;
        var line = text.AsSpan()[..Math.Min(text.Length, 300)];
        line = line[..(line.IndexOf('\n') is var feed and >= 0 ? feed : line.Length)].TrimEnd();
        // "From sender Mon Jun 01 10:00:00 2009": ends in a year, and has a time.
        return line.Length > 20 && line.Contains(':') && int.TryParse(line[^4..], out var year) && year is > 1970 and < 2200;
    }

    public static bool LooksLikeMail(ReadOnlySpan<byte> head)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var text = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 16_384)]);
        foreach (var line in text.TrimStart('\u00EF', '\u00BB', '\u00BF').AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
                break;
            if (line[0] is ' ' or '\t')
                continue;
            var colon = line.IndexOf(':');
            if (colon is < 1 or > 60 || line[..colon].ContainsAny(' ', '\t'))
                return false;
            var name = line[..colon].ToString();
            if (Telling.Contains(name))
                known.Add(name);
        }
        return known.Count >= 3;
    }
}
