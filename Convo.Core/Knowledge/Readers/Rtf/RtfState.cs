namespace Convo.Core.Knowledge;

/// <summary>What a group inherits from the one around it, and gives back at its end.</summary>
internal record struct RtfState
{
    /// <summary>Nothing in this group is shown.</summary>
    public bool Skip;

    public bool Hidden;

    /// <summary>Text of the font table, or of the style sheet: names, not content.</summary>
    public RtfTable Table;

    public int Font;

    public int Style;

    /// <summary>How many letters stand for those who cannot show a Unicode one.</summary>
    public int UnicodeSkip;

    /// <summary>Outline level of the paragraph, from 0; -1 for body text.</summary>
    public int Outline;

    public bool InTable;

    public bool IsList;
}

internal enum RtfTable { None, Fonts, Styles, Title }
