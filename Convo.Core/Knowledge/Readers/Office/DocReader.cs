using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>
/// DOC of Word 97 to 2003 ([MS-DOC]): the text lies in pieces, listed in the table stream, each of UTF-16 or Windows-1252 letters. The
/// main text comes first, then footnotes, headers, comments, endnotes and text boxes, whose lengths the file's header tells.
/// </summary>
internal sealed class DocReader : IDocumentReader
{
    private const ushort Word97 = 0xA5EC;
    private const int FirstVersionOf97 = 101;

    public bool CanRead(DetectedType type) => type == FileTypes.Doc;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var file = CompoundFile.Open(input.Bytes);
        var main = file.Stream(file.Root, "WordDocument");
        if (main is null || main.Length < 0x1AA || U16(main, 0) is not (Word97 or 0xA5DC or 0xA5DB))
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        var flags = U16(main, 0x0A);
        if ((flags & 0x0100) != 0)
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
        var text = U16(main, 2) < FirstVersionOf97
            // Word 6 and 95: one stretch of text, whose ends the header tells.
            ? Encoding.GetEncoding(1252).GetString(Slice(main, U32(main, 0x18), U32(main, 0x1C)))
            : DocPieces.Text(main, file.Stream(file.Root, (flags & 0x0200) != 0 ? "1Table" : "0Table"));
        new DocText(output).Write(text, Parts(main));
        WriteEmbedded(file, output);
    }

    /// <summary>Lengths in characters of main text, footnotes, headers, macros, comments, endnotes, text boxes.</summary>
    private static int[] Parts(byte[] main) => U16(main, 2) < FirstVersionOf97
        ? [int.MaxValue]
        : [.. Enumerable.Range(0, 7).Select(i => (int)Math.Min(U32(main, 0x4C + (i * 4)), int.MaxValue))];

    /// <summary>Documents that were put into the text as objects, when they are packages of the newer formats.</summary>
    private static void WriteEmbedded(CompoundFile file, DocumentBuilder output)
    {
        if (file.Find(file.Root, "ObjectPool") is not { } pool)
            return;
        foreach (var item in file.Children(pool))
        {
            if (file.Stream(item, "Package") is { Length: > 0 } package)
                output.Nested?.Read("embedded document", package, 1);
        }
    }

    private static ReadOnlySpan<byte> Slice(byte[] bytes, uint from, uint to) =>
        from < to && to <= bytes.Length ? bytes.AsSpan((int)from, (int)(to - from)) : [];

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
