using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Follows RTF's groups and gathers the text that is shown, paragraph by paragraph.</summary>
internal sealed class RtfText
{
    private const int MaxDepth = 20_000;

    private readonly Stack<RtfState> _outer = new();
    private readonly RtfFonts _fonts = new();
    private readonly RtfBlocks _blocks;
    private readonly RtfWords _words;
    private readonly List<byte> _bytes = [];
    private RtfState _state = new() { UnicodeSkip = 1, Outline = -1, Style = -1 };
    private bool _starred;
    private int _toSkip;

    public RtfText(DocumentBuilder output)
    {
        _blocks = new RtfBlocks(output);
        _words = new RtfWords(_fonts, _blocks);
    }

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
        if (_words.Destination(ref _state, word, number, tokens.Number ?? 1) || _state.Skip)
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
        else if (!_words.Character(ref _state, word, tokens.Number))
            Paragraph(word, number);
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
