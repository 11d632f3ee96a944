using System.Globalization;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Makes a client's file name fit to be shown. It is never used as a path.</summary>
public static class DisplayName
{
    private const int MaxLength = 200;

    /// <summary>The last part of what may be a path, without control, format (direction marks) and lone surrogate characters; never empty.</summary>
    public static string Of(string? filename)
    {
        var last = (filename ?? "").Split('/', '\\')[^1];
        var clean = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            if (rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned))
            {
                clean.Append(rune);
            }
        }

        var name = clean.ToString().Trim();
        return name.Length == 0 || name.All(c => c == '.') ? "file" : Shorten(name);
    }

    private static string Shorten(string name)
    {
        if (name.Length <= MaxLength)
        {
            return name;
        }

        var extension = Path.GetExtension(name) is { Length: <= 12 } short_ ? short_ : "";
        var end = MaxLength - extension.Length - 1;
        // A pair of surrogates stays together.
        end -= char.IsHighSurrogate(name[end - 1]) ? 1 : 0;
        return string.Concat(name.AsSpan(0, end), "…", extension);
    }
}
