using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Outline;

namespace Convo.Core.Knowledge;

/// <summary>The document's own table of contents ("bookmarks"): which words on which page are a heading, and of which level.</summary>
internal sealed class PdfOutline
{
    private const int MaxEntries = 20_000;
    private const int MaxLevel = 6;

    private readonly Dictionary<(int Page, string Title), int> _levels = [];

    public static PdfOutline Empty { get; } = new();

    /// <summary>The deepest level there is; 0 when the document has no outline.</summary>
    public int Depth { get; private set; }

    public static PdfOutline Load(PdfDocument document)
    {
        var outline = new PdfOutline();
        if (!document.TryGetBookmarks(out var bookmarks))
            return outline;
        foreach (var entry in bookmarks.GetNodes().OfType<DocumentBookmarkNode>().Take(MaxEntries))
        {
            var level = Math.Clamp(entry.Level + 1, 1, MaxLevel);
            if (Key(entry.Title) is { Length: > 0 } title && outline._levels.TryAdd((entry.PageNumber, title), level))
                outline.Depth = Math.Max(outline.Depth, level);
        }
        return outline;
    }

    public int? LevelOf(PdfBlock block) =>
        Depth > 0 && block.Lines.Count <= 3 && Key(block.Text) is { Length: > 0 } title && _levels.TryGetValue((block.Page, title), out var level) ? level : null;

    /// <summary>Letters only, so that numbering, dots and spaces, which outlines write in their own way, do not count.</summary>
    private static string Key(string? text)
    {
        var key = new StringBuilder();
        foreach (var c in TextCleaner.Flow(text ?? ""))
        {
            if (char.IsLetter(c) && key.Length < 200)
                key.Append(char.ToLowerInvariant(c));
        }
        return key.ToString();
    }
}
