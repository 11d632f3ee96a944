namespace Convo.Core.Knowledge;

/// <summary>The headings above the place the chunker is at.</summary>
internal sealed class HeadingTrail
{
    private const string Separator = " › ";
    private const int MaxHeading = 160;
    private const int MaxColumns = 200;

    private readonly List<(int Level, string Text)> _headings = [];

    public void Enter(Block heading)
    {
        _headings.RemoveAll(above => above.Level >= heading.Level);
        _headings.Add((heading.Level, Shorten(heading.Text, MaxHeading)));
    }

    /// <param name="tableHeader">The first row of the table that the chunk goes on with, when it is not in the chunk.</param>
    public string? Path(string? tableHeader)
    {
        var parts = _headings.Select(heading => heading.Text);
        if (tableHeader is not null)
            parts = parts.Append(Shorten(tableHeader.Trim('|', ' '), MaxColumns));
        var path = string.Join(Separator, parts);
        return path.Length == 0 ? null : path;
    }

    private static string Shorten(string text, int max)
    {
        if (text.Length <= max)
            return text;
        return text[..(char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1)] + "…";
    }
}
