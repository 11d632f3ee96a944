using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Tells the ZIP and OLE based formats apart by the names of what they contain.</summary>
internal static class PackedTypes
{
    private const int LocalHeaderLength = 30;

    public static DetectedType DetectZip(ReadOnlySpan<byte> head, string extension)
    {
        // Local headers stand before each entry and the directory at the end of the file, which may not be in the head.
        var (word, sheet, slides, binary) = (false, false, false, false);
        for (var at = 0; at >= 0; at = Next(head, at + 4))
        {
            var name = NameAt(head, at, out var content);
            if (name == "mimetype")
                return ByMimeType(content);
            word |= name.StartsWith("word/", StringComparison.OrdinalIgnoreCase);
            sheet |= name.StartsWith("xl/", StringComparison.OrdinalIgnoreCase);
            binary |= name.Equals("xl/workbook.bin", StringComparison.OrdinalIgnoreCase);
            slides |= name.StartsWith("ppt/", StringComparison.OrdinalIgnoreCase);
        }
        if (word)
            return FileTypes.Docx;
        if (sheet)
            return binary ? FileTypes.Xlsb : FileTypes.Xlsx;
        if (slides)
            return FileTypes.Pptx;
        // A large first part can push every telling name out of the head: let the child, which sees all, decide.
        return IsCutOff(head) && extension is (".docx" or ".docm" or ".dotx") ? FileTypes.Docx : FileTypes.Zip;
    }

    public static DetectedType DetectOle(ReadOnlySpan<byte> head, string extension)
    {
        if (Has(head, "EncryptedPackage"))
            return FileTypes.EncryptedOffice;
        if (Has(head, "WordDocument"))
            return FileTypes.Doc;
        if (Has(head, "Workbook") || Has(head, "Book"))
            return FileTypes.Xls;
        if (Has(head, "PowerPoint Document"))
            return FileTypes.Ppt;
        if (Has(head, "__properties_version1.0"))
            return FileTypes.Msg;
        return IsCutOff(head) && extension is (".docx" or ".xlsx" or ".pptx") ? FileTypes.EncryptedOffice : FileTypes.Ole;
    }

    private static bool IsCutOff(ReadOnlySpan<byte> head) => head.Length == FileType.HeadLength;

    private static bool Has(ReadOnlySpan<byte> head, string name) => head.IndexOf(Encoding.Unicode.GetBytes(name)) >= 0;

    private static int Next(ReadOnlySpan<byte> head, int from)
    {
        if (from >= head.Length)
            return -1;
        var found = head[from..].IndexOf("PK\x03\x04"u8);
        return found < 0 ? -1 : from + found;
    }

    private static string NameAt(ReadOnlySpan<byte> head, int at, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (at + LocalHeaderLength > head.Length)
            return "";
        var name = at + LocalHeaderLength;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 26)..]);
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 28)..]);
        if (name + length + extra > head.Length)
            return "";
        content = head[(name + length + extra)..];
        return Encoding.UTF8.GetString(head.Slice(name, length)).Replace('\\', '/');
    }

    private static DetectedType ByMimeType(ReadOnlySpan<byte> content)
    {
        foreach (var type in (DetectedType[])[FileTypes.Odt, FileTypes.Ods, FileTypes.Odp, FileTypes.Epub])
        {
            if (content.StartsWith(Encoding.ASCII.GetBytes(type.MediaType)))
                return type;
        }
        return FileTypes.Zip;
    }
}
