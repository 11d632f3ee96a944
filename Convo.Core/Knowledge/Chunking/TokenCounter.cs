using System.Globalization;
using Convo.Core.Models;
using Microsoft.ML.Tokenizers;

namespace Convo.Core.Knowledge;

/// <summary>Counts o200k tokens, the vocabulary of the current OpenAI models and close to that of others.</summary>
internal static class TokenCounter
{
    /// <summary>Texts are counted in stretches of this many characters: merging one long run without a break takes more than linear time.</summary>
    public const int MaxRun = 2_000;

    private static TiktokenTokenizer Tokenizer => O200kTokenCounter.Shared;

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (text.Length > MaxRun)
        {
            var cut = BreakBefore(text, MaxRun);
            count += Tokenizer.CountTokens(text[..cut], considerPreTokenization: true, considerNormalization: false);
            text = text[cut..];
        }
        return count + Tokenizer.CountTokens(text, considerPreTokenization: true, considerNormalization: false);
    }

    /// <summary>Length of the longest beginning of <paramref name="text"/> that has at most <paramref name="maxTokens"/> tokens; at least one character.</summary>
    public static int Fit(ReadOnlySpan<char> text, int maxTokens)
    {
        var window = text[..Math.Min(text.Length, MaxRun)];
        var fit = Tokenizer.GetIndexByTokenCount(window, maxTokens, out _, out _, considerPreTokenization: true, considerNormalization: false);
        return fit >= text.Length ? text.Length : BreakBefore(text, Math.Max(1, fit));
    }

    /// <summary>The last good place to cut at or before <paramref name="at"/>: after white space if there is some, never inside a character.</summary>
    private static int BreakBefore(ReadOnlySpan<char> text, int at)
    {
        for (var cut = at; cut > at / 2; cut--)
        {
            if (char.IsWhiteSpace(text[cut - 1]))
                return cut;
        }
        var hard = at;
        while (hard > 1 && hard < text.Length && !IsStartOfCharacter(text[hard]))
            hard--;
        // A base letter with more marks than fit is no text; cut it where it must be cut, but not inside a surrogate pair.
        return hard > 1 ? hard : at + (at < text.Length && char.IsLowSurrogate(text[at]) ? 1 : 0);
    }

    private static bool IsStartOfCharacter(char c) => !char.IsLowSurrogate(c) && c is not ('\u200C' or '\u200D')
        && char.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);
}
