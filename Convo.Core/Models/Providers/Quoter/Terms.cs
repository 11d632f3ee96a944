using System.Globalization;
using System.Text;

namespace Convo.Core.Models.Providers.Quoter;

/// <summary>
/// The words that sentences are compared by: lower case, without accents and endings, without the words that every sentence has. Good
/// enough for the languages of western Europe at once; scripts without blanks are compared by pairs of characters.
/// </summary>
internal static class Terms
{
    private static readonly HashSet<string> StopWords =
    [
        .. """
           a an the of to in on at by for with from and or but not is are was were be been am do does did has have had can could will would should may might must what which who whom whose
           when where why how much many this that these those it its they them their there here i you he she we us our your my me his her as if than then so about into over under per
           any some all no please tell say says give show find explain describe document file text according
           der die das den dem des ein eine einer eines einem einen und oder aber nicht ist sind war waren sein hat haben hatte kann koennen wird werden soll muss was welche welcher welches wer wen wem
           wann wo warum wie viel viele dies diese dieser dieses es sie ihr ihre ich du er wir uns unser mein mit von zu zum zur im in am an auf aus bei fuer nach ueber unter als wenn dann auch nur noch bitte laut
           le la les un une des du de et ou mais ne pas est sont etait etre ont avoir peut que quel quelle quels quelles qui quand pourquoi comment combien ce cet cette ces il elle ils elles nous vous je tu
           dans sur sous pour par avec sans au aux selon plus
           el los las unos unas y o pero no es son era ser tiene tienen puede cual cuales quien cuando donde cuanto cuantos como esto este esta estos estas ello ellos nosotros en para por con sin segun mas
           il lo gli uno e ma non sono ha hanno che chi quando dove perche come quanto questo questa di da nel nella su per tra
           o os um uma e ou mas nao foi sao tem pode qual quais quem quando onde porque como quanto isso este esta em no na do da dos das para por com sem
           de het een en of maar niet zijn was heeft hebben kan wat welke wie wanneer waar waarom hoe veel dit dat deze die in op aan van voor met
           """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
    ];

    private static readonly string[] Endings =
        ["ements", "ations", "ement", "ation", "ingen", "ungen", "ities", "ments", "ness", "ment", "ing", "ung", "ies", "ity", "ern", "ed", "es", "en", "er", "em", "ly", "s", "e", "n", "y"];

    /// <summary>Without stop words, unless nothing else is left.</summary>
    public static IReadOnlyList<string> OfQuestion(string text)
    {
        string[] words = [.. Words(text)];
        string[] telling = [.. words.Where(w => !StopWords.Contains(w))];
        return [.. (telling.Length > 0 ? telling : words).Select(Stem).Distinct()];
    }

    public static IReadOnlyList<string> OfSentence(string text) => [.. Words(text).Select(Stem)];

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in Plain(text))
        {
            if (IsIdeograph(c))
            {
                // Pairs overlap, so that any two neighbours of the question are found.
                if (word.Length > 0 && IsIdeograph(word[^1]))
                {
                    yield return $"{word[^1]}{c}";
                }
                else if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear().Append(c);
            }
            else if (char.IsLetterOrDigit(c))
            {
                word.Append(c);
            }
            else if (word.Length > 0)
            {
                if (!IsIdeograph(word[0]))
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    /// <summary>Of a script that is written without blanks.</summary>
    internal static bool IsIdeograph(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF');

    /// <summary>Lower case without accents; a German umlaut is spelled out, since that is how it is typed without one.</summary>
    private static string Plain(string text)
    {
        text = text.ToLowerInvariant()
            .Replace("ä", "ae", StringComparison.Ordinal).Replace("ö", "oe", StringComparison.Ordinal)
            .Replace("ü", "ue", StringComparison.Ordinal).Replace("ß", "ss", StringComparison.Ordinal);
        return string.Concat(text.Normalize(NormalizationForm.FormKD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark));
    }

    private static string Stem(string word)
    {
        if (word.Length > 0 && char.IsDigit(word[0]))
        {
            return word;
        }

        var ending = Endings.FirstOrDefault(e => word.Length - e.Length >= 4 && word.EndsWith(e, StringComparison.Ordinal));
        return ending is null ? word : word[..^ending.Length];
    }
}
