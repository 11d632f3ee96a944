using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Joins the lines of a paragraph, undoing hyphenation.</summary>
internal static class PdfLines
{
    public static string Join(IReadOnlyList<string> lines)
    {
        var text = new StringBuilder();
        foreach (var raw in lines)
        {
            var line = raw.Trim();
            if (line.Length == 0)
                continue;
            if (text.Length == 0)
                text.Append(line);
            else if (EndsInHyphenation(text, line[0]))
                text.Remove(text.Length - 1, 1).Append(line);
            else if (IsDense(text[^1]) && IsDense(line[0]))
                text.Append(line);
            else
                text.Append(' ').Append(line);
        }
        return text.ToString();
    }

    /// <summary>Scripts that are written without spaces between words: joining lines or glyphs must not add any.</summary>
    public static bool IsDense(char c) => c is (>= '\u3000' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFF60');

    private static bool EndsInHyphenation(StringBuilder text, char next) =>
        text.Length > 2 && text[^1] is '-' or '\u2010' or '\u00AD'
        && text.Length > 2 && char.IsLetter(text[^2]) && char.IsLetter(text[^3]) && char.IsLower(next);
}
