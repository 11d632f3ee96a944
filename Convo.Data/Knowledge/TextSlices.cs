using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Cuts a document's text into slices of bounded length that never cross a page.</summary>
internal static class TextSlices
{
    private const int MaxLength = 8_000;

    public static IEnumerable<(int Start, int End, int Page)> Of(string text, IReadOnlyList<PageStart> pages)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            // What stands before the first page's first word belongs to it.
            var start = i == 0 ? 0 : pages[i].CharStart;
            var end = i + 1 < pages.Count ? pages[i + 1].CharStart : text.Length;
            while (start < end)
            {
                var cut = Math.Min(end, start + MaxLength);
                cut -= cut < end && char.IsHighSurrogate(text[cut - 1]) ? 1 : 0;
                yield return (start, cut, pages[i].Page);
                start = cut;
            }
        }
    }
}
