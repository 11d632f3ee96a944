using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Tells the ZIP based formats apart by the names of what they contain.</summary>
internal static class PackedTypes
{
    private const int LocalHeaderLength = 30;

    public static DetectedType DetectZip(ReadOnlySpan<byte> head, string extension)
    {
        if (Whole(head) is { } package)
            return Declared(package.MimeType) ?? ByNames(package.Names) ?? FileTypes.Zip;
        if (MimeTypeOf(head) is { } declared)
            return declared;
        // Local headers stand before each entry and the directory at the end of the file, which is not in the head.
        var seen = new List<string>();
        for (var at = 0; at >= 0 && seen.Count < 10_000;)
        {
            seen.Add(NameAt(head, at, out var next));
            at = next;
        }
        // A large first part can push every telling name out of the head: let the child, which sees all, decide.
        return ByNames(seen) ?? (head.Length == FileType.HeadLength ? ByExtension(extension) : null) ?? FileTypes.Zip;
    }

    private static DetectedType? ByNames(IReadOnlyCollection<string> names)
    {
        if (Has("xl/workbook.bin"))
            return FileTypes.Xlsb;
        if (Has("word/"))
            return FileTypes.Docx;
        if (Has("xl/"))
            return FileTypes.Xlsx;
        if (Has("ppt/"))
            return FileTypes.Pptx;
        if (Has("META-INF/container.xml"))
            return FileTypes.Epub;
        if (Has("Index/Document.iwa") || Has("Index.zip") || Has("index.apxl") || Has("Index/"))
            return FileTypes.Iwork;
        return Has("visio/") || Has("FixedDocSeq.fdseq") ? FileTypes.Drawing : null;

        bool Has(string start) => names.Any(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The entries' names, and what the package says it is, when the bytes are the whole file and its directory is sound; else null.</summary>
    private static (List<string> Names, byte[] MimeType)? Whole(ReadOnlySpan<byte> bytes)
    {
        if (bytes[^Math.Min(bytes.Length, 66_000)..].LastIndexOf("PK\x05\x06"u8) < 0)
            return null;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes.ToArray()), ZipArchiveMode.Read);
            var names = archive.Entries.Take(10_000).Select(entry => entry.FullName.Replace('\\', '/').TrimStart('/')).ToList();
            using var declared = archive.GetEntry("mimetype")?.Open();
            var mimeType = new byte[100];
            var length = declared?.ReadAtLeast(mimeType, mimeType.Length, throwOnEndOfStream: false) ?? 0;
            return (names, mimeType[..length]);
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException or IOException)
        {
            return null;
        }
    }

    private static DetectedType? ByExtension(string extension) => extension switch
    {
        ".docx" or ".docm" or ".dotx" or ".dotm" => FileTypes.Docx,
        ".xlsx" or ".xlsm" or ".xltx" or ".xltm" => FileTypes.Xlsx,
        ".pptx" or ".pptm" or ".potx" or ".potm" or ".ppsx" or ".ppsm" => FileTypes.Pptx,
        ".xlsb" => FileTypes.Xlsb,
        ".odt" or ".ott" => FileTypes.Odt,
        ".ods" or ".ots" => FileTypes.Ods,
        ".odp" or ".otp" => FileTypes.Odp,
        ".epub" => FileTypes.Epub,
        _ => null,
    };

    private static string NameAt(ReadOnlySpan<byte> head, int at, out int next)
    {
        next = -1;
        if (at + LocalHeaderLength > head.Length)
            return "";
        var name = at + LocalHeaderLength;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 26)..]);
        var content = name + length + BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 28)..]);
        if (content > head.Length)
            return "";
        var packed = BinaryPrimitives.ReadUInt32LittleEndian(head[(at + 18)..]);
        // A part of known size is stepped over: it may hold a package of its own, whose names say nothing about this one.
        var known = (head[at + 6] & 8) == 0 && packed != uint.MaxValue;
        var from = known ? content + (long)packed : content;
        if (from < head.Length)
            next = head[(int)from..].IndexOf("PK\x03\x04"u8) is var found and >= 0 ? (int)from + found : -1;
        return Encoding.UTF8.GetString(head.Slice(name, length)).Replace('\\', '/').TrimStart('/');
    }

    /// <summary>OpenDocument and EPUB say what they are in their first entry, which is stored as it is.</summary>
    private static DetectedType? MimeTypeOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < 50 || !head[LocalHeaderLength..].StartsWith("mimetype"u8))
            return null;
        var content = LocalHeaderLength + 8 + BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
        return content < head.Length ? Declared(head[content..]) : null;
    }

    private static DetectedType? Declared(ReadOnlySpan<byte> mimeType)
    {
        foreach (var type in (DetectedType[])[FileTypes.Odt, FileTypes.Ods, FileTypes.Odp, FileTypes.Epub])
        {
            // Templates and masters append to the name: "…text-template".
            if (mimeType.StartsWith(Encoding.ASCII.GetBytes(type.MediaType)))
                return type;
        }
        return mimeType.StartsWith("application/vnd.oasis.opendocument.graphics"u8) ? FileTypes.Odp : null;
    }
}
