using System.Globalization;
using DiffPlex;

namespace Convo.Web.Components.Shared;

/// <summary>Lines without their ends, whatever ends them.</summary>
internal sealed class LineChunker : IChunker
{
    public static readonly LineChunker Instance = new();

    public IReadOnlyList<string> Chunk(string text) => text.ReplaceLineEndings("\n").Split('\n');
}

/// <summary>Words, runs of blanks, and single signs. Scripts that set no blanks between words are compared sign by sign.</summary>
internal sealed class WordChunker : IChunker
{
    public static readonly WordChunker Instance = new();

    public IReadOnlyList<string> Chunk(string text)
    {
        var pieces = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var kind = KindAt(text, start);
            var end = start + LengthAt(text, start);
            while (kind != Kind.Sign && end < text.Length && KindAt(text, end) == kind)
            {
                end += LengthAt(text, end);
            }

            pieces.Add(text[start..end]);
            start = end;
        }

        return pieces;
    }

    private static int LengthAt(string text, int index) => char.IsSurrogatePair(text, index) ? 2 : 1;

    private static Kind KindAt(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index) switch
    {
        UnicodeCategory.SpaceSeparator or UnicodeCategory.Control => Kind.Blank,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber => Kind.Word,
        _ => Kind.Sign,
    };

    private enum Kind
    {
        Sign,
        Word,
        Blank,
    }
}
