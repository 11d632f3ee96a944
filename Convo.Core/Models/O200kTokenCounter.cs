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

    public int Count(string text) => text.Length == 0 ? 0 : Tokenizer.Value.CountTokens(text);
}
