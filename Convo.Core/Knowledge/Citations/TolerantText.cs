using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Finds words in a text whatever their case, white space, quotation marks, dashes and emphasis.</summary>
internal sealed class TolerantText
{
    private readonly string _folded;
    private readonly List<int> _origins = [];
    private readonly string _text;

    public TolerantText(string text)
    {
        _text = text;
        _folded = Fold(text, _origins);
    }

    /// <summary>The text's own words for a quotation; null when it does not stand there. Parts that an ellipsis joins must follow each other.</summary>
    public string? Find(string quote)
    {
        var (first, from, end) = (-1, 0, 0);
        foreach (var part in quote.Split(["...", "…", "[…]", "[...]"], StringSplitOptions.RemoveEmptyEntries))
        {
            var folded = Fold(part, []).Trim(' ', '.', ',', ';', ':', '!', '?', '\'');
            if (folded.Length == 0)
            {
                continue;
            }

            var at = IndexOfWords(folded, from);
            if (at < 0)
            {
                return null;
            }

            first = first < 0 ? at : first;
            (from, end) = (at + folded.Length, at + folded.Length);
        }

        return first < 0 ? null : _text[_origins[first]..(_origins[end - 1] + 1)];
    }

    private int IndexOfWords(string folded, int from)
    {
        for (var at = _folded.IndexOf(folded, from, StringComparison.Ordinal); at >= 0; at = _folded.IndexOf(folded, at + 1, StringComparison.Ordinal))
        {
            var (before, after) = (at - 1, at + folded.Length);
            if ((before < 0 || !char.IsLetterOrDigit(_folded[before]) || !char.IsLetterOrDigit(folded[0]))
                && (after >= _folded.Length || !char.IsLetterOrDigit(_folded[after]) || !char.IsLetterOrDigit(folded[^1])))
            {
                return at;
            }
        }

        return -1;
    }

    private static string Fold(string text, List<int> origins)
    {
        var folded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] switch
            {
                '“' or '”' or '„' or '«' or '»' or '"' or '‘' or '’' or '‚' or '`' or '´' => '\'',
                '–' or '—' or '−' or '‑' or '‐' => '-',
                '\u00AD' or '\u200B' or '*' or '_' or '|' => '\0',
                var space when char.IsWhiteSpace(space) => ' ',
                var other => char.ToLowerInvariant(other),
            };
            if (c == '\0' || (c == ' ' && (folded.Length == 0 || folded[^1] == ' ')))
            {
                continue;
            }

            folded.Append(c);
            origins.Add(i);
        }

        return folded.ToString();
    }
}
