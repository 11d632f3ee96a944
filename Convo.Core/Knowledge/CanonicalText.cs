namespace Convo.Core.Knowledge;

/// <summary>Where a page begins in a document's canonical text.</summary>
public sealed record PageStart(int Page, int CharStart);

/// <summary>
/// The one text of a document that every offset counts in (UTF-16 code units): its blocks' texts joined by a blank line.
/// A chunk is exactly <c>Text[CharStart..CharEnd]</c>.
/// </summary>
public sealed class CanonicalText
{
    public const string Separator = "\n\n";

    private CanonicalText(string text, IReadOnlyList<PageStart> pages, IReadOnlyList<int> blockStarts)
    {
        Text = text;
        Pages = pages;
        BlockStarts = blockStarts;
    }

    public string Text { get; }

    /// <summary>Ascending in both members; only pages that have text are in it.</summary>
    public IReadOnlyList<PageStart> Pages { get; }

    /// <summary>Offset of each block, in the order of <see cref="ExtractedDocument.Blocks"/>.</summary>
    public IReadOnlyList<int> BlockStarts { get; }

    public static CanonicalText Of(ExtractedDocument document)
    {
        var text = new System.Text.StringBuilder();
        var pages = new List<PageStart>();
        var starts = new int[document.Blocks.Count];
        for (var i = 0; i < starts.Length; i++)
        {
            var block = document.Blocks[i];
            if (i > 0)
                text.Append(Separator);
            starts[i] = text.Length;
            if (pages.Count == 0 || pages[^1].Page != block.Page)
                pages.Add(new PageStart(block.Page, text.Length));
            text.Append(block.Text);
        }
        return new CanonicalText(text.ToString(), pages, starts);
    }

    /// <summary>The page that the character at <paramref name="offset"/> stands on; 1 for an empty document.</summary>
    public int PageAt(int offset) => PageAt(Pages, offset);

    /// <summary>The same for a page map that was stored.</summary>
    public static int PageAt(IReadOnlyList<PageStart> pages, int offset)
    {
        var (low, high, page) = (0, pages.Count - 1, pages.Count > 0 ? pages[0].Page : 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (pages[middle].CharStart > offset)
            {
                high = middle - 1;
                continue;
            }
            page = pages[middle].Page;
            low = middle + 1;
        }
        return page;
    }
}
