using System.Buffers.Binary;
using System.Text;

namespace Convo.Tests.Core.Knowledge.Readers;

/// <summary>Writes OLE compound files with sectors of 512 bytes, small streams in the mini stream.</summary>
internal sealed class CompoundBuilder
{
    private const int Sector = 512;
    private const int MiniCutoff = 4096;
    private const uint Free = 0xFFFFFFFF, End = 0xFFFFFFFE, Fat = 0xFFFFFFFD;

    private readonly List<(string Name, int Kind, List<int> Children, byte[] Content)> _entries = [("Root Entry", 5, [], [])];

    public int Storage(string name, int parent = 0) => Add(name, 1, [], parent);

    public CompoundBuilder Stream(string name, byte[] content, int parent = 0)
    {
        Add(name, 2, content, parent);
        return this;
    }

    public CompoundBuilder Text(string name, string text, int parent = 0) => Stream(name, Encoding.Unicode.GetBytes(text), parent);

    public byte[] Build()
    {
        var fat = new List<uint>();
        var body = new MemoryStream();
        var mini = new MemoryStream();
        var miniFat = new List<uint>();
        var places = _entries.ConvertAll(entry => entry.Kind != 2 || entry.Content.Length == 0 ? End
            : entry.Content.Length < MiniCutoff ? Put(entry.Content, mini, miniFat, 64) : Put(entry.Content, body, fat, Sector));
        places[0] = mini.Length > 0 ? Put(mini.ToArray(), body, fat, Sector) : End;
        var miniFatStart = miniFat.Count > 0 ? Put(Bytes(miniFat), body, fat, Sector) : End;
        var directory = Put(Directory(places, (uint)mini.Length), body, fat, Sector);
        var fatSector = (uint)fat.Count;
        fat.Add(Fat);
        while (fat.Count % 128 != 0)
            fat.Add(Free);
        var header = new byte[Sector];
        ((byte[])[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(header, 0);
        Set16(header, 24, 0x3E);
        Set16(header, 26, 3);
        Set16(header, 28, 0xFFFE);
        Set16(header, 30, 9);
        Set16(header, 32, 6);
        Set32(header, 44, 1);
        Set32(header, 48, directory);
        Set32(header, 56, MiniCutoff);
        Set32(header, 60, miniFatStart);
        Set32(header, 64, (uint)(miniFat.Count > 0 ? 1 : 0));
        Set32(header, 68, End);
        for (var i = 0; i < 109; i++)
            Set32(header, 76 + (i * 4), i == 0 ? fatSector : Free);
        return [.. header, .. body.ToArray(), .. Bytes(fat)];
    }

    private int Add(string name, int kind, byte[] content, int parent)
    {
        _entries.Add((name, kind, [], content));
        _entries[parent].Children.Add(_entries.Count - 1);
        return _entries.Count - 1;
    }

    private byte[] Directory(List<uint> places, uint miniLength)
    {
        var bytes = new byte[(_entries.Count + 3) / 4 * 4 * 128];
        for (var i = 0; i < _entries.Count; i++)
        {
            var (name, kind, children, content) = _entries[i];
            var entry = bytes.AsSpan(i * 128, 128);
            Encoding.Unicode.GetBytes(name).CopyTo(entry);
            Set16(entry, 64, (ushort)((name.Length * 2) + 2));
            entry[66] = (byte)kind;
            // Siblings as a list to the right: no balanced tree is asked for by those who only walk it.
            var siblings = _entries.FirstOrDefault(other => other.Children.Contains(i)).Children;
            var next = siblings is null ? -1 : siblings.IndexOf(i) + 1;
            Set32(entry, 68, Free);
            Set32(entry, 72, next > 0 && next < siblings!.Count ? (uint)siblings[next] : Free);
            Set32(entry, 76, children.Count > 0 ? (uint)children[0] : Free);
            Set32(entry, 116, places[i]);
            Set32(entry, 120, i == 0 ? miniLength : (uint)content.Length);
        }
        return bytes;
    }

    private static uint Put(byte[] content, MemoryStream body, List<uint> fat, int size)
    {
        var start = (uint)fat.Count;
        var count = (content.Length + size - 1) / size;
        for (var i = 1; i <= count; i++)
            fat.Add(i == count ? End : (uint)fat.Count + 1);
        body.Write(content);
        body.Write(new byte[(count * size) - content.Length]);
        return start;
    }

    private static byte[] Bytes(List<uint> values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static void Set16(Span<byte> bytes, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], value);

    private static void Set32(Span<byte> bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);
}
