namespace Convo.Core.Knowledge;

/// <summary>A block as it stands on a page, before anybody knows what it is.</summary>
/// <param name="Lines">Its lines, top to bottom.</param>
/// <param name="Size">Median letter size in points.</param>
/// <param name="IsBold">Most of its letters are bold.</param>
/// <param name="Letters">How many letters it has.</param>
/// <param name="Top">Its middle's distance from the page's lower edge as a share of the page's height, 0–1.</param>
internal sealed record PdfBlock(int Page, IReadOnlyList<string> Lines, double Size, bool IsBold, int Letters, double Top)
{
    public string Text { get; } = PdfLines.Join(Lines);
}
