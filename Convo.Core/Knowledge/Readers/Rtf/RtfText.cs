using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Follows RTF's groups and gathers the text that is shown, paragraph by paragraph.</summary>
internal sealed class RtfText(DocumentBuilder output)
{
    private const int MaxDepth = 20_000;

    private static readonly HashSet<string> Hidden = new(StringComparer.Ordinal)
    {
        "fldinst", "pict", "objdata", "objclass", "objname", "colortbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "xmlnstbl", "themedata",
        "colorschememapping", "datastore", "latentstyles", "filetbl", "atrfstart", "atrfend", "atnid", "atnauthor", "atnref", "atntime", "atndate", "atnicn", "atnparent",
        "bkmkstart", "bkmkend", "pn", "pntext", "listtext", "shpinst", "sp", "fontemb", "falt", "panose", "author", "operator", "creatim", "revtim", "printim", "buptim",
        "info", "doccomm", "category", "company", "manager", "keywords", "subject", "comment", "hlinkbase", "nonshppict", "tc", "xe", "mmathPr", "wgrffmtfilter",
        "userprops", "template", "private", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "do", "htmltag", "mhtmltag", "upr", "stylesheet", "fonttbl",
    };

    private readonly Stack<RtfState> _outer = new();
    private readonly RtfFonts _fonts = new();
    private readonly RtfBlocks _blocks = new(output);
    private readonly List<byte> _bytes = [];
    private RtfState _state = new() { UnicodeSkip = 1, Outline = -1, Style = -1 };
    private bool _starred;
    private int _toSkip;

    /// <summary>Whether the outermost group has ended.</summary>
    public bool IsDone { get; private set; }

    public void Take(RtfTokens tokens)
    {
        if (tokens.Kind == RtfToken.Byte)
        {
            _starred = false;
            if (_toSkip > 0)
                _toSkip--;
            else
                _bytes.Add(tokens.Value);
            return;
        }
        Decode();
        switch (tokens.Kind)
        {
            case RtfToken.Open:
                if (_outer.Count >= MaxDepth)
                    throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
                _outer.Push(_state);
                (_starred, _toSkip) = (false, 0);
                break;
            case RtfToken.Close:
                if (_outer.TryPop(out var outer))
                    (_state, IsDone) = (outer, _outer.Count == 0);
                (_starred, _toSkip) = (false, 0);
                break;
            case RtfToken.Symbol:
                Symbol(tokens.Word[0]);
                break;
            default:
                Word(tokens);
                break;
        }
    }

    public void Finish()
    {
        Decode();
        _blocks.Finish(_state);
    }

    private void Symbol(char symbol)
    {
        if (symbol == '*')
        {
            _starred = true;
            return;
        }
        var text = symbol switch { '~' => " ", '_' => "-", '\\' or '{' or '}' => symbol.ToString(), '\t' => "\t", '\n' or '\r' => "\n", _ => "" };
        if (text.Length > 0 && _toSkip > 0)
            _toSkip--;
        else if (symbol is '\n' or '\r')
            EndParagraph();
        else
            Append(text);
    }

    private void Word(RtfTokens tokens)
    {
        var (word, number) = (tokens.Word, tokens.Number ?? 0);
        if (word == "bin")
        {
            tokens.Skip(number);
            return;
        }
        // A destination that is starred and unknown is for programs that know it.
        var starred = _starred;
        _starred = false;
        if (Destination(word, number, tokens.Number ?? 1) || _state.Skip)
            return;
        if (starred && word is not ("shppict" or "nesttableprops" or "footnote" or "annotation" or "shptxt" or "cs" or "ds" or "ts"))
        {
            _state.Skip = true;
            return;
        }
        if (RtfSymbols.Find(word) is { } text)
            Append(text);
        else if (word == "u")
            Unicode(number);
        else if (!Character(word, tokens.Number))
            Paragraph(word, number);
    }

    private bool Destination(string word, int number, int toggle)
    {
        switch (word)
        {
            case "fonttbl":
                (_state.Table, _state.Skip) = (RtfTable.Fonts, true);
                return true;
            case "stylesheet":
                (_state.Table, _state.Skip) = (RtfTable.Styles, true);
                return true;
            case "title" when _state.Skip:
                _state.Table = RtfTable.Title;
                return true;
            // These tables are skipped as text, but their words count.
            case "f" when _state.Table == RtfTable.Fonts:
                _state.Font = number;
                return true;
            case "fcharset" when _state.Table == RtfTable.Fonts:
                _fonts.SetCharset(_state.Font, number);
                return true;
            case "cpg" when _state.Table == RtfTable.Fonts:
                _fonts.SetCodePage(_state.Font, number);
                return true;
            case "s" when _state.Table == RtfTable.Styles:
                _state.Style = number;
                return true;
            case "outlinelevel" when _state.Table == RtfTable.Styles:
                _blocks.SetLevel(_state.Style, number);
                return true;
            // The same text for programs of today; what is around it is for older ones.
            case "ud" or "shptxt" or "result" when word != "result" || !_state.Hidden:
                (_state.Skip, _state.Table) = (false, RtfTable.None);
                return true;
            case "htmlrtf":
                _state.Skip = toggle != 0;
                return true;
        }
        if (!Hidden.Contains(word))
            return false;
        _state.Skip = true;
        return true;
    }

    private bool Character(string word, int? number)
    {
        switch (word)
        {
            case "f":
                _state.Font = number ?? 0;
                return true;
            case "uc":
                _state.UnicodeSkip = Math.Clamp(number ?? 1, 0, 100);
                return true;
            case "v" or "deleted":
                _state.Hidden = number is not 0;
                return true;
            case "plain":
                _state.Hidden = false;
                return true;
            case "ansicpg":
                _fonts.Document = number is null or 0 ? 1252 : number.Value;
                return true;
            case "mac":
                _fonts.Document = 10000;
                return true;
            case "pc":
                _fonts.Document = 437;
                return true;
            case "pca":
                _fonts.Document = 850;
                return true;
            default:
                return false;
        }
    }

    private void Paragraph(string word, int number)
    {
        switch (word)
        {
            case "par" or "sect":
                EndParagraph();
                break;
            case "pard":
                (_state.Style, _state.Outline, _state.InTable, _state.IsList) = (-1, -1, false, false);
                break;
            case "s":
                _state.Style = number;
                break;
            case "outlinelevel":
                _state.Outline = number;
                break;
            case "intbl":
                _state.InTable = true;
                break;
            case "ls":
                _state.IsList = number > 0;
                break;
            case "cell" or "nestcell":
                _blocks.EndCell();
                break;
            case "row" or "nestrow":
                _blocks.EndRow();
                break;
            case "page":
                _blocks.BreakPage(_state);
                break;
            case "header" or "headerl" or "headerr" or "headerf" or "footer" or "footerl" or "footerr" or "footerf" or "footnote" or "annotation":
                EndParagraph();
                break;
        }
    }

    private void EndParagraph()
    {
        if (!_state.Skip)
            _blocks.EndParagraph(_state);
    }

    private void Unicode(int number)
    {
        // Written as a signed 16-bit number; surrogates come as two.
        Append(((char)(ushort)number).ToString());
        _toSkip = _state.UnicodeSkip;
    }

    private void Append(string text)
    {
        if (_state.Table == RtfTable.Styles)
            _blocks.AddStyleName(_state.Style, text);
        else if (_state.Table == RtfTable.Title)
            _blocks.AddTitle(text);
        else if (!_state.Skip && !_state.Hidden)
            _blocks.Append(text);
    }

    /// <summary>Letters are gathered until something else comes, for some take two bytes.</summary>
    private void Decode()
    {
        if (_bytes.Count == 0)
            return;
        if (!_state.Skip || _state.Table is RtfTable.Styles or RtfTable.Title)
            Append(_fonts.Of(_state.Font).GetString([.. _bytes]));
        _bytes.Clear();
    }
}
