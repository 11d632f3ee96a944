using System.Text;
using System.Text.RegularExpressions;

namespace Convo.Core.Models.Providers.Quoter;

/// <summary>Cuts a passage into what can be quoted: sentences of running text, list items, rows of tables.</summary>
internal static partial class Sentences
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "dr", "mr", "mrs", "ms", "prof", "st", "no", "nr", "vs", "etc", "fig", "art", "abs", "bzw", "ca", "usw", "inkl", "ggf", "evtl", "vgl", "approx", "e.g", "i.e", "z.b", "d.h", "u.a", "p.ex", "sec", "vol", "inc", "ltd", "co", "jan", "feb", "aug", "sept", "oct", "nov", "dec",
    };

    public static IEnumerable<string> Of(string text)
    {
        var paragraph = new StringBuilder();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            var standsAlone = line.Length == 0 || line[0] is '|' or '#' or '-' or '*' or '•' || NumberedItem().IsMatch(line);
            if (standsAlone)
            {
                foreach (var sentence in Cut(paragraph.ToString()))
                {
                    yield return sentence;
                }

                paragraph.Clear();
            }

            if (line.Length > 0 && line[0] is '|' or '#')
            {
                // A row is quoted without its frame; a rule between rows says nothing.
                if (line.Any(char.IsLetterOrDigit))
                {
                    yield return line.Trim('|', '#', ' ');
                }
            }
            else if (line.Length > 0)
            {
                // Lines of a PDF break anywhere; a hyphen at the end is part of the word as it is printed, so it is kept.
                paragraph.Append(paragraph.Length > 0 ? " " : "").Append(standsAlone ? line.TrimStart('-', '*', '•', ' ') : line);
            }
        }

        foreach (var sentence in Cut(paragraph.ToString()))
        {
            yield return sentence;
        }
    }

    private static IEnumerable<string> Cut(string paragraph)
    {
        var start = 0;
        for (var i = 0; i < paragraph.Length; i++)
        {
            if (EndsHere(paragraph, start, i))
            {
                yield return paragraph[start..(i + 1)].Trim();
                start = i + 1;
            }
        }

        if (paragraph[start..].Trim() is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    private static bool EndsHere(string text, int start, int i)
    {
        if (text[i] is '。' or '！' or '？')
        {
            return true;
        }

        if (text[i] is not ('.' or '!' or '?' or '…') || i + 2 >= text.Length || !char.IsWhiteSpace(text[i + 1]) || char.IsLower(text[i + 2]))
        {
            return false;
        }


        if (text[i] != '.')
        {
            return true;
        }

        var word = text.LastIndexOf(' ', i - 1 < 0 ? 0 : i - 1) is var blank && blank >= start ? text[(blank + 1)..i] : text[start..i];
        // "Z. B.", "5. Mai" and "Dr. Who" go on.
        return word.Length > 1 && !Abbreviations.Contains(word.TrimStart('(')) && !(word.Length <= 2 && word.All(char.IsDigit));
    }

    [GeneratedRegex(@"^\(?[0-9a-z]{1,3}[.)]\s", RegexOptions.NonBacktracking)]
    private static partial Regex NumberedItem();
}
