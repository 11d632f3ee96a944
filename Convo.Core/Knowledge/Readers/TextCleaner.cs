using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Makes text safe to store, to search and to mark: what every <see cref="Block"/>'s text went through.</summary>
internal static class TextCleaner
{
    /// <summary>
    /// Line ends become line feeds; other control and zero-width characters go; lone surrogates become U+FFFD; Latin ligatures
    /// of typesetting (U+FB00–FB06) are spelt out; no-break spaces become spaces; the rest is brought to NFC and trimmed.
    /// </summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c))
            {
                if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    clean.Append(c).Append(text[++i]);
                else
                    clean.Append('\uFFFD');
                continue;
            }
            Append(clean, c, i + 1 < text.Length ? text[i + 1] : '\0');
        }
        return clean.ToString().Normalize(NormalizationForm.FormC).Trim('\n', '\r', ' ', '\t');
    }

    /// <summary>Clean text of a flowing paragraph: every run of white space is one space.</summary>
    public static string Flow(string text) => Collapse(Clean(text), keepLines: false);

    /// <summary>The same, but line breaks stay.</summary>
    public static string Lines(string text) => Collapse(Clean(text), keepLines: true);

    private static void Append(StringBuilder clean, char c, char next)
    {
        switch (c)
        {
            case '\t' or '\n':
                clean.Append(c);
                break;
            case '\r':
                if (next != '\n')
                    clean.Append('\n');
                break;
            case '\v' or '\f' or '\u0085' or '\u2028' or '\u2029':
                clean.Append('\n');
                break;
            case '\u00A0' or '\u202F' or '\u2007':
                clean.Append(' ');
                break;
            case >= '\uFB00' and <= '\uFB06':
                clean.Append(((string[])["ff", "fi", "fl", "ffi", "ffl", "st", "st"])[c - '\uFB00']);
                break;
            // Soft hyphen, zero-width space, word joiner, byte order mark, noncharacters. Joiners (200C, 200D) spell words in
            // Persian, Indic scripts and emoji, and stay.
            case '\u00AD' or '\u200B' or '\u2060' or '\uFEFF' or '\uFFFE' or '\uFFFF' or (>= '\uFDD0' and <= '\uFDEF'):
                break;
            default:
                if (!char.IsControl(c))
                    clean.Append(c);
                break;
        }
    }

    private static string Collapse(string text, bool keepLines)
    {
        var flow = new StringBuilder(text.Length);
        var (space, line) = (false, false);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                space = true;
                line |= c == '\n';
                continue;
            }
            if (space && flow.Length > 0)
                flow.Append(keepLines && line ? '\n' : ' ');
            (space, line) = (false, false);
            flow.Append(c);
        }
        return flow.ToString();
    }
}
