namespace Convo.Core.Knowledge;

/// <summary>A block as it stands on a page, before anybody knows what it is.</summary>
/// <param name="Lines">Its lines, top to bottom.</param>
/// <param name="Size">Median letter size in points.</param>
/// <param name="IsBold">Most of its letters are bold.</param>
/// <param name="Letters">How many letters it has.</param>
/// <param name="Top">Its middle's distance from the page's lower edge as a share of the page's height, 0–1.</param>
/// <param name="Rows">The cells of its lines when it is a table; else null.</param>
internal sealed record PdfBlock(
    int Page, IReadOnlyList<string> Lines, double Size, bool IsBold, int Letters, double Top, IReadOnlyList<IReadOnlyList<string>>? Rows = null)
{
    private const double NotAtAnEdge = 0.5;

    /// <summary>A block of text that has no place or size, such as a form field's value.</summary>
    public static PdfBlock OfText(int page, string text) => new(page, [text], 0, IsBold: false, 0, NotAtAnEdge);

    public string Text { get; } = PdfLines.Join(Lines);
}
