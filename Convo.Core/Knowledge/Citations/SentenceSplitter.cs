namespace Convo.Core.Knowledge;

/// <summary>Cuts text into sentences well enough to show one; not a linguist.</summary>
internal static class SentenceSplitter
{
    /// <summary>Shorter pieces are abbreviations ("e.g.", "No.") more often than sentences.</summary>
    private const int MinLength = 20;

    /// <summary>Start and end of each sentence, white space around it left off.</summary>
    public static IReadOnlyList<(int Start, int End)> Split(string text)
    {
        var sentences = new List<(int, int)>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (EndsAt(text, i) && (i + 1 - start >= MinLength || text[i] is '\n' or '。' or '！' or '？'))
            {
                Add(sentences, text, start, i + 1);
                start = i + 1;
            }
        }

        Add(sentences, text, start, text.Length);
        return sentences;
    }

    /// <summary>The sentence that <paramref name="text"/> ends with.</summary>
    public static string Last(string text) => Split(text) is [.., var (start, end)] ? text[start..end] : "";

    private static bool EndsAt(string text, int i) => text[i] switch
    {
        '\n' => true,
        '。' or '！' or '？' => true,
        '.' or '!' or '?' => IsBreak(text, i + 1),
        // The mark that closes a quotation belongs to its sentence.
        '"' or '”' or '»' or '’' or ')' => i > 0 && text[i - 1] is '.' or '!' or '?' && (i + 1 >= text.Length || char.IsWhiteSpace(text[i + 1])),
        _ => false,
    };

    private static bool IsBreak(string text, int next)
    {
        if (next >= text.Length)
        {
            return true;
        }

        if (!char.IsWhiteSpace(text[next]))
        {
            return false;
        }

        var letter = next;
        while (letter < text.Length && char.IsWhiteSpace(text[letter]))
        {
            letter++;
        }

        return letter >= text.Length || !char.IsLower(text[letter]);
    }

    private static void Add(List<(int, int)> sentences, string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            sentences.Add((start, end));
        }
    }
}
