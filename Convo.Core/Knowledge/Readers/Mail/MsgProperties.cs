using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>The properties of one object of a message file, by their MAPI numbers ([MS-OXPROPS]).</summary>
internal sealed class MsgProperties
{
    private const string Prefix = "__substg1.0_";
    private const string Unicode = "001F", Narrow = "001E", Binary = "0102", Object = "000D";
    private const int MessageCodePage = 0x3FFD, InternetCodePage = 0x3FDE;

    private readonly CompoundFile _file;
    private readonly Dictionary<string, CompoundEntry> _streams;
    private readonly byte[] _fixed;
    private readonly int _headerLength;
    private readonly Encoding _narrow;

    /// <param name="headerLength">Bytes before the fixed-size properties: 32 in the file itself, 24 in a message in it, 8 in an attachment.</param>
    public MsgProperties(CompoundFile file, CompoundEntry storage, int headerLength)
    {
        (_file, Storage, _headerLength) = (file, storage, headerLength);
        _streams = file.Children(storage).Where(entry => entry.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .GroupBy(entry => entry.Name[Prefix.Length..].ToUpperInvariant()).ToDictionary(group => group.Key, group => group.First());
        _fixed = file.Stream(storage, "__properties_version1.0") ?? [];
        _narrow = EncodingOf(Number(MessageCodePage) ?? Number(InternetCodePage) ?? 1252);
    }

    public CompoundEntry Storage { get; }

    public string? Text(int property)
    {
        var text = Find(property, Unicode) is { } wide ? Encoding.Unicode.GetString(_file.Stream(wide))
            : Find(property, Narrow) is { } narrow ? _narrow.GetString(_file.Stream(narrow))
            : null;
        return text?.TrimEnd('\0') is { Length: > 0 } found ? found : null;
    }

    public byte[]? Bytes(int property) => Find(property, Binary) is { } entry ? _file.Stream(entry) : null;

    public CompoundEntry? Folder(int property) => Find(property, Object) is { IsStream: false } entry ? entry : null;

    public DateTimeOffset? Time(int property)
    {
        var ticks = Fixed(property, 0x0040);
        return ticks is > 0 and < 2_650_467_743_999_999_999 ? DateTimeOffset.FromFileTime(ticks.Value).ToUniversalTime() : null;
    }

    private int? Number(int property) => (int?)Fixed(property, 0x0003);

    private long? Fixed(int property, int type)
    {
        for (var at = _headerLength; at + 16 <= _fixed.Length; at += 16)
        {
            var entry = _fixed.AsSpan(at, 16);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == (uint)((property << 16) | type))
                return type == 0x0003 ? BinaryPrimitives.ReadInt32LittleEndian(entry[8..]) : BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
        }
        return null;
    }

    private CompoundEntry? Find(int property, string type) =>
        _streams.GetValueOrDefault(property.ToString("X4", CultureInfo.InvariantCulture) + type);

    private static Encoding EncodingOf(int codePage)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            return Encoding.GetEncoding(codePage is 1200 ? 1252 : codePage);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return Encoding.GetEncoding(1252);
        }
    }
}
