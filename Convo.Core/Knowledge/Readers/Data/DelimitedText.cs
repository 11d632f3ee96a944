using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Tables as text (RFC 4180 and what is called so): finds the delimiter and cuts lines into fields.</summary>
internal static class DelimitedText
{
    private const int SampleLines = 50;
    private static readonly char[] Candidates = [',', ';', '\t', '|'];

    /// <summary>Whether every line of the beginning has the same number of tabs, at least two.</summary>
    public static bool IsTabbed(string text)
    {
        var counts = text.AsSpan(0, Math.Min(text.Length, 32_768)).EnumerateLines();
        var (lines, tabs) = (0, -1);
        foreach (var line in counts)
        {
            if (line.IsWhiteSpace())
                continue;
            var count = line.Count('\t');
            if (count < 2 || (tabs >= 0 && count != tabs && lines < SampleLines - 1))
                return lines >= SampleLines;
            tabs = count;
            if (++lines >= SampleLines)
                return true;
        }
        return lines >= 3;
    }

    /// <summary>The character that cuts most lines into the same number of fields; a first line "sep=;" decides, as in Excel.</summary>
    public static char Delimiter(string text, out int start)
    {
        start = 0;
        if (text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && text.Length > 5 && text[5] is '\r' or '\n')
        {
            start = text.IndexOf('\n') is var feed and >= 0 ? feed + 1 : 6;
            return text[4];
        }
        return Candidates.Select(candidate => (candidate, Score: Score(text, candidate))).OrderByDescending(pair => pair.Score).First() is { Score: > 0 } best ? best.candidate : ',';
    }

    /// <summary>Rows of fields. Quotes may hold delimiters and line ends; a doubled quote is one. Blank lines are left out.</summary>
    public static IEnumerable<List<string>> Rows(string text, char delimiter, int start)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    field.Append(text[i++]);
                else
                    quoted = false;
            }
            else if (c == '"' && IsBlank(field) && ClosingQuote(text, i))
            {
                field.Clear();
                quoted = true;
            }
            else if (c == delimiter)
            {
                row.Add(field.ToString());
                field.Clear();
            }
            else if (c is '\n' or '\r')
            {
                row.Add(field.ToString());
                field.Clear();
                if (row.Count > 1 || row[0].Length > 0)
                    yield return row;
                row = [];
            }
            else
            {
                field.Append(c);
            }
        }
        row.Add(field.ToString());
        if (row.Count > 1 || row[0].Length > 0)
            yield return row;
    }

    private static bool IsBlank(StringBuilder field)
    {
        for (var i = 0; i < field.Length; i++)
        {
            if (!char.IsWhiteSpace(field[i]))
                return false;
        }
        return true;
    }

    /// <summary>A quote that nothing closes is a letter (inches), or the rest of the file would be one field.</summary>
    private static bool ClosingQuote(string text, int open) => text.IndexOf('"', open + 1, Math.Min(text.Length - open - 1, 100_000)) >= 0;

    private static double Score(string text, char delimiter)
    {
        var counts = Rows(text[..Math.Min(text.Length, 65_536)], delimiter, 0).Take(SampleLines).Select(row => row.Count).ToList();
        if (counts.Count == 0)
            return 0;
        var usual = counts.GroupBy(count => count).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First();
        // One field a line is no table. Many fields are a better sign than few, but agreement counts most.
        return usual.Key < 2 ? 0 : ((double)usual.Count() / counts.Count) + Math.Min(usual.Key, 50) / 200.0;
    }
}
