using System.Text;

namespace Convo.Data.Conversations;

/// <summary>Makes a <c>to_tsquery</c> text of what a person typed: every word, the last letters of each still open.</summary>
internal static class SearchTerms
{
    private const int MaxWords = 16;

    /// <summary>Only letters and digits reach the query, so nothing a person types is an operator. Empty when there is no word.</summary>
    public static string Of(string? text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                word.Append(rune.ToString());
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return string.Join(" & ", words.Take(MaxWords).Select(w => w + ":*"));
    }
}
