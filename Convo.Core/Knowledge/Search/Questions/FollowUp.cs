namespace Convo.Core.Knowledge;

/// <summary>Tells questions that stand on the conversation from those that stand alone, by their words only.</summary>
internal static class FollowUp
{
    /// <summary>A question with more words of its own says what it is about.</summary>
    private const int TellingWords = 3;

    private const int MaxEarlier = 300;

    /// <summary>Words that point at something said before, in the languages that people most write in.</summary>
    private static readonly HashSet<string> Pointing = new(StringComparer.Ordinal)
    {
        "it", "its", "this", "that", "these", "those", "they", "them", "their", "he", "she", "him", "his", "her", "there", "then", "same", "such", "else", "one", "ones", "former", "latter",
        "es", "er", "sie", "ihn", "ihm", "ihr", "ihre", "dies", "diese", "dieser", "dieses", "das", "dort", "dann", "davon", "dafür", "darüber", "damit", "denen", "derselbe", "letztere",
        "il", "elle", "ils", "elles", "lui", "leur", "leurs", "ce", "cela", "ça", "celui", "celle", "ceux", "celles", "ceci", "y", "en",
        "él", "ella", "ellos", "ellas", "esto", "eso", "esta", "ese", "esa", "estos", "estas", "esos", "esas", "ello", "allí",
        "questo", "questa", "quello", "quella", "esso", "essa", "loro", "isso", "isto", "ele", "ela", "eles", "elas", "deze", "die", "dit", "hij", "zij", "hun", "daar",
        "он", "она", "оно", "они", "это", "этот", "эта", "эти", "его", "её", "их", "там",
    };

    /// <summary>Whether the question needs what was said before it to be understood by somebody who was not there.</summary>
    public static bool LeansOnContext(string question)
    {
        var words = SearchText.Of(question).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && (words.Any(Pointing.Contains) || words.Count(word => !StopWords.IsStopWord(word)) < TellingWords);
    }

    /// <summary>The rule that needs no model: what was asked before gives the words that are missing.</summary>
    public static string Join(string earlier, string question) =>
        $"{(earlier.Length > MaxEarlier ? earlier[..(char.IsHighSurrogate(earlier[MaxEarlier - 1]) ? MaxEarlier - 1 : MaxEarlier)] : earlier).Trim()}\n{question}";
}
