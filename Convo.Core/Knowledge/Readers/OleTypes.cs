using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Tells the formats apart that live in an OLE compound file, by the names of its streams.</summary>
internal static class OleTypes
{
    public static DetectedType Detect(ReadOnlySpan<byte> head)
    {
        // Only the whole file has a directory that can be walked; a head has the names in it, or not yet.
        var names = CompoundFile.TryOpen(head.ToArray())?.RootNames;
        var cut = head.Length == FileType.HeadLength;
        if (Has(head, names, "EncryptedPackage"))
            return FileTypes.EncryptedOffice;
        if (Has(head, names, "WordDocument"))
            return FileTypes.Doc;
        if (Has(head, names, "Workbook") || Has(head, names, "Book"))
            return FileTypes.Xls;
        if (Has(head, names, "PowerPoint Document"))
            return FileTypes.Ppt;
        if (Has(head, names, "__properties_version1.0"))
            return FileTypes.Msg;
        // The directory is often near the end of a large file. Whatever it is, the child sees all of it.
        return cut ? FileTypes.Doc : FileTypes.Ole;
    }

    private static bool Has(ReadOnlySpan<byte> head, IReadOnlyCollection<string>? names, string name) =>
        names is { Count: > 0 } ? names.Contains(name) : head.IndexOf(Encoding.Unicode.GetBytes(name)) >= 0;
}
