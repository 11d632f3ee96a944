using System.Text;

namespace Convo.Core.Knowledge;

internal enum RtfToken { Open, Close, Word, Symbol, Byte }

/// <summary>Cuts RTF into group marks, control words with their number, control symbols and letters.</summary>
internal sealed class RtfTokens(ReadOnlyMemory<byte> rtf)
{
    private int _at;

    public RtfToken Kind { get; private set; }

    /// <summary>The control word, or the symbol after a backslash.</summary>
    public string Word { get; private set; } = "";

    /// <summary>The number behind a control word; null when there is none.</summary>
    public int? Number { get; private set; }

    /// <summary>A letter in the code page in force, as it stands or as <c>\'hh</c>.</summary>
    public byte Value { get; private set; }

    public bool Next()
    {
        var bytes = rtf.Span;
        while (_at < bytes.Length)
        {
            var c = bytes[_at++];
            switch (c)
            {
                // Line ends and NULs in the file mean nothing.
                case (byte)'\r' or (byte)'\n' or 0:
                    continue;
                case (byte)'{':
                    Kind = RtfToken.Open;
                    return true;
                case (byte)'}':
                    Kind = RtfToken.Close;
                    return true;
                case (byte)'\\' when _at < bytes.Length:
                    return Control(bytes);
                default:
                    (Kind, Value) = (RtfToken.Byte, c);
                    return true;
            }
        }
        return false;
    }

    /// <summary>Passes over raw bytes, such as a picture's.</summary>
    public void Skip(int count) => _at = (int)Math.Clamp((long)_at + count, _at, rtf.Length);

    private bool Control(ReadOnlySpan<byte> bytes)
    {
        if (!char.IsAsciiLetter((char)bytes[_at]))
        {
            var symbol = (char)bytes[_at++];
            if (symbol == '\'' && _at + 2 <= bytes.Length && char.IsAsciiHexDigit((char)bytes[_at]) && char.IsAsciiHexDigit((char)bytes[_at + 1]))
            {
                (Kind, Value) = (RtfToken.Byte, Convert.ToByte(Encoding.ASCII.GetString(bytes.Slice(_at, 2)), 16));
                _at += 2;
                return true;
            }
            (Kind, Word, Number) = (RtfToken.Symbol, symbol.ToString(), null);
            return true;
        }
        var start = _at;
        while (_at < bytes.Length && char.IsAsciiLetter((char)bytes[_at]) && _at - start < 32)
            _at++;
        Word = Encoding.ASCII.GetString(bytes[start.._at]);
        Number = ReadNumber(bytes);
        if (_at < bytes.Length && bytes[_at] == ' ')
            _at++;
        Kind = RtfToken.Word;
        return true;
    }

    private int? ReadNumber(ReadOnlySpan<byte> bytes)
    {
        var start = _at;
        var minus = start + 1 < bytes.Length && bytes[start] == '-' && char.IsAsciiDigit((char)bytes[start + 1]);
        var at = minus ? start + 1 : start;
        long number = 0;
        while (at < bytes.Length && char.IsAsciiDigit((char)bytes[at]) && at - start < 12)
            number = (number * 10) + bytes[at++] - '0';
        if (at == start || (minus && at == start + 1))
            return null;
        _at = at;
        return (int)Math.Clamp(minus ? -number : number, int.MinValue, int.MaxValue);
    }
}
