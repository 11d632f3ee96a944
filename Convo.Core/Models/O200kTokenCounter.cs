using Microsoft.ML.Tokenizers;

namespace Convo.Core.Models;

/// <summary>
/// Counts with o200k_base, the encoding of OpenAI's current models; other makers' counts differ by some per cent, which is near enough to
/// reserve by. Loaded once, at first use; safe for many threads.
/// </summary>
internal sealed class O200kTokenCounter : ITokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>The loaded vocabulary, some tens of megabytes, for those who need more than a count.</summary>
    internal static TiktokenTokenizer Shared => Tokenizer.Value;

    /// <summary>Byte-pair merging is quadratic in the length of a run without a break; a run of base64, of
    /// blanks, or of a script without blanks is counted in pieces, which is off by less than one per cent.</summary>
    private const int LongestRun = 128;

    public int Count(string text)
    {
        var count = 0;
        var start = 0;
        var run = 0;
        for (var i = 1; i < text.Length; i++)
        {
            run = char.IsWhiteSpace(text[i]) == char.IsWhiteSpace(text[i - 1]) ? run + 1 : 0;
            if (run >= LongestRun && !char.IsLowSurrogate(text[i]))
            {
                count += CountPiece(text.AsSpan(start, i - start));
                start = i;
                run = 0;
            }
        }

        return count + CountPiece(text.AsSpan(start));
    }

    private static int CountPiece(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : Tokenizer.Value.CountTokens(text);
}
