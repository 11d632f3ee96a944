namespace Convo.Core.Knowledge;

/// <summary>RTF's control words that change what a group is and how its letters are read.</summary>
internal sealed class RtfWords(RtfFonts fonts, RtfBlocks blocks)
{
    private static readonly HashSet<string> Hidden = new(StringComparer.Ordinal)
    {
        "fldinst", "pict", "objdata", "objclass", "objname", "colortbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "xmlnstbl", "themedata",
        "colorschememapping", "datastore", "latentstyles", "filetbl", "atrfstart", "atrfend", "atnid", "atnauthor", "atnref", "atntime", "atndate", "atnicn", "atnparent",
        "bkmkstart", "bkmkend", "pn", "pntext", "listtext", "shpinst", "sp", "fontemb", "falt", "panose", "author", "operator", "creatim", "revtim", "printim", "buptim",
        "info", "doccomm", "category", "company", "manager", "keywords", "subject", "comment", "hlinkbase", "nonshppict", "tc", "xe", "mmathPr", "wgrffmtfilter",
        "userprops", "template", "private", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "do", "htmltag", "mhtmltag", "upr", "stylesheet", "fonttbl",
    };

    /// <summary>Words that say what a group is for: shown, hidden, or a table whose words count.</summary>
    /// <returns>Whether the word was one.</returns>
    public bool Destination(ref RtfState state, string word, int number, int toggle)
    {
        switch (word)
        {
            case "fonttbl":
                (state.Table, state.Skip) = (RtfTable.Fonts, true);
                return true;
            case "stylesheet":
                (state.Table, state.Skip) = (RtfTable.Styles, true);
                return true;
            case "title" when state.Skip:
                state.Table = RtfTable.Title;
                return true;
            // These tables are skipped as text, but their words count.
            case "f" when state.Table == RtfTable.Fonts:
                state.Font = number;
                return true;
            case "fcharset" when state.Table == RtfTable.Fonts:
                fonts.SetCharset(state.Font, number);
                return true;
            case "cpg" when state.Table == RtfTable.Fonts:
                fonts.SetCodePage(state.Font, number);
                return true;
            case "s" when state.Table == RtfTable.Styles:
                state.Style = number;
                return true;
            case "outlinelevel" when state.Table == RtfTable.Styles:
                blocks.SetLevel(state.Style, number);
                return true;
            // The same text for programs of today; what is around it is for older ones.
            case "ud" or "shptxt" or "result" when word != "result" || !state.Hidden:
                (state.Skip, state.Table) = (false, RtfTable.None);
                return true;
            case "htmlrtf":
                state.Skip = toggle != 0;
                return true;
        }
        if (!Hidden.Contains(word))
            return false;
        state.Skip = true;
        return true;
    }

    /// <summary>Words that say how the letters that follow are written.</summary>
    /// <returns>Whether the word was one.</returns>
    public bool Character(ref RtfState state, string word, int? number)
    {
        switch (word)
        {
            case "f":
                state.Font = number ?? 0;
                return true;
            case "uc":
                state.UnicodeSkip = Math.Clamp(number ?? 1, 0, 100);
                return true;
            case "v" or "deleted":
                state.Hidden = number is not 0;
                return true;
            case "plain":
                state.Hidden = false;
                return true;
            case "ansicpg":
                fonts.Document = number is null or 0 ? 1252 : number.Value;
                return true;
            case "mac":
                fonts.Document = 10000;
                return true;
            case "pc":
                fonts.Document = 437;
                return true;
            case "pca":
                fonts.Document = 850;
                return true;
            default:
                return false;
        }
    }
}
