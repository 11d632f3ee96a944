using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>
/// Reads OLE compound files ([MS-CFB]): a small file system inside a file. Chains are followed at most as far as the file is long, so
/// a loop ends; sizes are capped by the file's own.
/// </summary>
internal sealed class CompoundFile
{
    private const uint LastRegular = 0xFFFFFFFA;
    private const int EntryLength = 128;
    private const int MiniCutoff = 4096;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _sectorSize;
    private readonly int _miniSize;
    private readonly List<uint> _fat = [];
    private readonly byte[] _directory;
    private readonly uint[] _miniFat;
    private readonly byte[] _miniStream;

    private CompoundFile(ReadOnlyMemory<byte> file)
    {
        _file = file;
        var header = file.Span;
        _sectorSize = 1 << U16(header, 30);
        _miniSize = 1 << U16(header, 32);
        if (_sectorSize is not (512 or 4096) || _miniSize != 64)
            throw new InvalidDataException("The compound file's sector size is wrong.");
        LoadFat(header);
        _directory = Chain(U32(header, 48), int.MaxValue);
        var root = Entry(0);
        Root = root ?? throw new InvalidDataException("The compound file has no root.");
        var mini = Chain(U32(header, 60), int.MaxValue);
        _miniFat = new uint[mini.Length / 4];
        for (var i = 0; i < _miniFat.Length; i++)
            _miniFat[i] = U32(mini, i * 4);
        _miniStream = Chain(Root.Start, (int)Math.Min(Root.Size, file.Length));
    }

    public CompoundEntry Root { get; }

    public IReadOnlyCollection<string> RootNames => [.. Children(Root).Select(entry => entry.Name)];

    /// <summary>Null when the bytes are not a compound file, or one too broken to walk.</summary>
    public static CompoundFile? TryOpen(ReadOnlyMemory<byte> file)
    {
        try
        {
            return file.Length < 1536 ? null : new CompoundFile(file);
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    public static CompoundFile Open(ReadOnlyMemory<byte> file) =>
        TryOpen(file) ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);

    /// <summary>Streams and storages directly in <paramref name="storage"/>, in the order of the directory.</summary>
    public IReadOnlyList<CompoundEntry> Children(CompoundEntry storage)
    {
        var found = new List<CompoundEntry>();
        var seen = new HashSet<uint>();
        var open = new Stack<uint>([storage.Child]);
        while (open.TryPop(out var id))
        {
            if (id > LastRegular || !seen.Add(id) || Entry(id) is not { } entry)
                continue;
            found.Add(entry);
            open.Push(entry.Right);
            open.Push(entry.Left);
        }
        return [.. found.OrderBy(entry => entry.Id)];
    }

    public CompoundEntry? Find(CompoundEntry storage, string name) =>
        Children(storage).FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public byte[]? Stream(CompoundEntry storage, string name) => Find(storage, name) is { IsStream: true } entry ? Stream(entry) : null;

    public byte[] Stream(CompoundEntry entry)
    {
        var size = (int)Math.Min(entry.Size, _file.Length);
        return entry.Size < MiniCutoff ? MiniChain(entry.Start, size) : Chain(entry.Start, size);
    }

    private CompoundEntry? Entry(uint id)
    {
        var at = (long)id * EntryLength;
        if (at + EntryLength > _directory.Length)
            return null;
        var entry = _directory.AsSpan((int)at, EntryLength);
        var nameBytes = Math.Clamp(U16(entry, 64) - 2, 0, 62) & ~1;
        // Files of the first version have junk in the upper half of the size.
        var size = _sectorSize == 512 ? U32(entry, 120) : Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(entry[120..]), uint.MaxValue);
        return entry[66] is 1 or 2 or 5
            ? new CompoundEntry(id, Encoding.Unicode.GetString(entry[..nameBytes]), entry[66] == 2, U32(entry, 68), U32(entry, 72), U32(entry, 76), U32(entry, 116), (long)size)
            : null;
    }

    private void LoadFat(ReadOnlySpan<byte> header)
    {
        var sectors = new List<uint>();
        for (var i = 0; i < 109; i++)
            sectors.Add(U32(header, 76 + (i * 4)));
        var next = U32(header, 68);
        for (var left = _file.Length / _sectorSize; next < LastRegular && left > 0; left--)
        {
            var block = Sector(next);
            for (var i = 0; i + 8 <= block.Length; i += 4)
                sectors.Add(U32(block, i));
            next = block.Length == _sectorSize ? U32(block, _sectorSize - 4) : uint.MaxValue;
        }
        var limit = _file.Length / _sectorSize + 1;
        foreach (var sector in sectors.Where(sector => sector < LastRegular).Take(limit))
        {
            var block = Sector(sector);
            for (var i = 0; i + 4 <= block.Length; i += 4)
                _fat.Add(U32(block, i));
        }
    }

    private byte[] Chain(uint start, int size)
    {
        var bytes = new MemoryStream();
        var left = _file.Length / _sectorSize + 1;
        for (var sector = start; sector < LastRegular && bytes.Length < size && left-- > 0; sector = sector < _fat.Count ? _fat[(int)sector] : uint.MaxValue)
            bytes.Write(Sector(sector));
        return bytes.Length > size ? bytes.ToArray()[..size] : bytes.ToArray();
    }

    private byte[] MiniChain(uint start, int size)
    {
        var bytes = new MemoryStream();
        var left = _miniStream.Length / _miniSize + 1;
        for (var sector = start; sector < LastRegular && bytes.Length < size && left-- > 0; sector = sector < _miniFat.Length ? _miniFat[sector] : uint.MaxValue)
        {
            var at = (long)sector * _miniSize;
            if (at < _miniStream.Length)
                bytes.Write(_miniStream, (int)at, (int)Math.Min(_miniSize, _miniStream.Length - at));
        }
        return bytes.Length > size ? bytes.ToArray()[..size] : bytes.ToArray();
    }

    private ReadOnlySpan<byte> Sector(uint number)
    {
        var at = ((long)number + 1) * _sectorSize;
        return at >= _file.Length ? [] : _file.Span.Slice((int)at, (int)Math.Min(_sectorSize, _file.Length - at));
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}

/// <summary>A stream or storage in a compound file's directory.</summary>
internal sealed record CompoundEntry(uint Id, string Name, bool IsStream, uint Left, uint Right, uint Child, uint Start, long Size);
