using System.Globalization;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>
/// Brings passages and questions into the one form that keyword search compares: lower-case words and numbers parted by single spaces.
/// PostgreSQL's parser then has nothing left to guess at (it takes <c>and/or</c> for a path and <c>-5</c> for a number), whatever the
/// database's locale. Scripts written without spaces become overlapping pairs of characters, as Lucene's CJK analysis does.
/// </summary>
public static class SearchText
{
    /// <summary>Devanagari writes a nasal vowel with either sign.</summary>
    private const int Candrabindu = 0x0901;
    private const int Anusvara = 0x0902;

    public static string Of(params ReadOnlySpan<string?> parts)
    {
        var words = new StringBuilder();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part))
            {
                Append(words, WellFormed(part).Normalize(NormalizationForm.FormKC));
            }
        }

        return words.ToString();
    }

    /// <summary>Normalisation throws on half a surrogate pair and on U+FFFE; a question may hold either.</summary>
    internal static string WellFormed(string text)
    {
        text = text.Replace('\uFFFE', ' ');
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }

    private static void Append(StringBuilder words, string text)
    {
        var inWord = false;
        var pair = new PairRun(words);
        Rune previous = default;
        var at = 0;
        foreach (var written in text.EnumerateRunes())
        {
            at += written.Utf16SequenceLength;
            if (IsSpelling(written))
            {
                continue;
            }

            var rune = written.Value == Candrabindu ? new Rune(Anusvara) : written;
            if (WrittenWithoutSpaces(rune))
            {
                inWord = false;
                pair.Add(rune);
                continue;
            }

            pair.End();
            if (IsWord(rune) || (inWord && IsInnerMark(rune, previous, text, at)))
            {
                if (!inWord && words.Length > 0)
                {
                    words.Append(' ');
                }

                words.Append(Rune.ToLowerInvariant(rune));
                inWord = true;
            }
            else
            {
                inWord = false;
            }

            previous = rune;
        }

        pair.End();
    }

    /// <summary>What some write and others leave out within a word: soft hyphens, joiners, the nukta of Devanagari, the tatweel of Arabic.</summary>
    private static bool IsSpelling(Rune rune) => rune.Value is 0x00AD or 0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF or 0x093C or 0x0640;

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.OtherNumber or UnicodeCategory.LetterNumber;

    /// <summary>
    /// The point of 3.14 belongs to the number; the one at a sentence's end does not. A hyphen within a word stays: PostgreSQL indexes such a
    /// word whole and in its parts, which ranks measurably better than the parts alone.
    /// </summary>
    private static bool IsInnerMark(Rune rune, Rune previous, string text, int next) =>
        (rune.Value == '.' && Rune.IsDigit(previous) && next < text.Length && char.IsAsciiDigit(text[next]))
        || (rune.Value == '-' && Rune.IsLetter(previous) && next < text.Length && char.IsLetterOrDigit(text[next]));

    private static bool WrittenWithoutSpaces(Rune rune) => rune.Value switch
    {
        >= 0x0E00 and <= 0x0EFF => true, // Thai, Lao
        >= 0x1000 and <= 0x109F => true, // Myanmar
        >= 0x1780 and <= 0x17FF => true, // Khmer
        >= 0x3040 and <= 0x30FF and not 0x30FB => true, // Hiragana, Katakana
        >= 0x31F0 and <= 0x31FF => true,
        >= 0x3400 and <= 0x4DBF => true, // Han
        >= 0x4E00 and <= 0x9FFF => true,
        >= 0xF900 and <= 0xFAFF => true,
        >= 0x20000 and <= 0x3FFFF => true,
        _ => false,
    };

    /// <summary>Pairs of neighbours; a single character stands for itself.</summary>
    private struct PairRun(StringBuilder words)
    {
        private Rune _last;
        private int _length;

        public void Add(Rune rune)
        {
            if (_length > 0)
            {
                Space();
                words.Append(_last).Append(rune);
            }

            _last = rune;
            _length++;
        }

        public void End()
        {
            if (_length == 1)
            {
                Space();
                words.Append(_last);
            }

            _length = 0;
        }

        private readonly void Space()
        {
            if (words.Length > 0)
            {
                words.Append(' ');
            }
        }
    }
}
