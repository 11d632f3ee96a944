using System.Buffers.Binary;
using System.Text;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class LegacyReadersTests
{
    [Fact]
    public void Doc_Pieces_AreJoinedInTheOrderOfTheText()
    {
        var document = Read(Doc("Hello \u0013 HYPERLINK \"http://127.0.0.1:9/\" \u0014link\u0015\rItem\aPrice\a\aPen\a2\a\aAfter.\fNext page — €\r", flags: 0), "a.doc");
        Assert.Equal(["Paragraph@1 Hello link", "Table@1 | Item | Price |\n| --- | --- |\n| Pen | 2 |", "Paragraph@1 After.", "Paragraph@2 Next page — €"], Show(document));
        Assert.Equal(("application/msword", 2), (document.MediaType, document.Pages));
    }

    [Fact]
    public void Doc_Protected_SaysSo() => Assert.Equal(ExtractionCodes.Encrypted, Fails(() => Read(Doc("x\r", flags: 0x0100), "a.doc")));

    [Fact]
    public void Ppt_Slides_ArePages()
    {
        byte[] document = [.. Record(4080, 0, [.. Record(1011, 0, new byte[20]), .. Record(3999, 0, [6, 0, 0, 0]), .. Record(4008, 0, Encoding.Latin1.GetBytes("Title")),
            .. Record(3999, 0, [1, 0, 0, 0]), .. Record(4000, 0, Encoding.Unicode.GetBytes("one\rtwo €")), .. Record(1011, 0, new byte[20]), .. Record(4008, 0, "second"u8)])];
        byte[] slide = Record(1006, 0, Record(61453, 0, [.. Record(3999, 0, [4, 0, 0, 0]), .. Record(4008, 0, "drawn"u8)]));
        var file = new CompoundBuilder().Stream("PowerPoint Document", [.. Record(1000, 0, document), .. slide]).Build();
        Assert.Equal(["Heading1@1 Title", "Paragraph@1 one\ntwo €", "Paragraph@1 drawn", "Paragraph@2 second"], Show(Read(file, "a.ppt")));
    }

    [Fact]
    public void Msg_HeaderBodyAttachmentAndMessageInIt_AreRead()
    {
        var mail = new CompoundBuilder().Text("__substg1.0_0037001F", "Costs").Text("__substg1.0_0C1A001F", "Eva").Text("__substg1.0_5D01001F", "eva@example.com")
            .Text("__substg1.0_0E04001F", "Jo").Text("__substg1.0_1000001F", "See the list.\r\n\r\nBye").Stream("__properties_version1.0", new byte[32]);
        var file = mail.Storage("__attach_version1.0_#00000000");
        mail.Text("__substg1.0_3707001F", "list.csv", file).Stream("__substg1.0_37010102", "Item,Price\nPen,2\n"u8.ToArray(), file).Stream("__properties_version1.0", new byte[8], file);
        var attached = mail.Storage("__attach_version1.0_#00000001");
        mail.Text("__substg1.0_3001001F", "Forwarded", attached).Stream("__properties_version1.0", new byte[8], attached);
        var inner = mail.Storage("__substg1.0_3701000D", attached);
        mail.Text("__substg1.0_0037001F", "Older", inner).Text("__substg1.0_1000001F", "The older text.", inner).Stream("__properties_version1.0", new byte[24], inner);

        var document = Read(mail.Build(), "a.msg");

        Assert.Equal(["Heading1@1 Costs", "Paragraph@1 From: Eva <eva@example.com>\nTo: Jo", "Paragraph@1 See the list.", "Paragraph@1 Bye", "Heading2@1 Attachment: list.csv",
            "Heading4@1 Rows 1–2", "Table@1 | Item | Price |\n| --- | --- |\n| Pen | 2 |", "Heading2@1 Attachment: Forwarded", "Heading3@1 Older", "Paragraph@1 The older text."], Show(document));
        Assert.Equal("Costs", document.Title);
    }

    [Fact]
    public void Msg_OnlyPackedRtf_IsRead()
    {
        // MELA: the form that is not packed, 12 bytes of sizes and mark before the RTF and a checksum of zero.
        var rtf = "{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}Hello\\htmlrtf\\par\\htmlrtf0 {\\*\\htmltag72 </p>}}"u8.ToArray();
        byte[] packed = [.. BitConverter.GetBytes(rtf.Length + 12), .. BitConverter.GetBytes(rtf.Length), .. "MELA"u8, 0, 0, 0, 0, .. rtf];
        var mail = new CompoundBuilder().Text("__substg1.0_0037001F", "S").Stream("__substg1.0_10090102", packed).Stream("__properties_version1.0", new byte[32]);
        Assert.Equal(["Heading1@1 S", "Paragraph@1 Hello"], Show(Read(mail.Build(), "a.msg")));
    }

    [Fact]
    public void Compound_ChainsThatLoopOrLie_End()
    {
        var sound = Doc("Some text.\r", flags: 0);
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var file = (byte[])sound.Clone();
            for (var i = 0; i < 12; i++)
                file[random.Next(8, file.Length)] = (byte)random.Next(256);
            try
            {
                Read(file, "a.doc");
            }
            catch (Exception failure) when (failure is ExtractionException or ArgumentException)
            {
                // Damaged, in whatever words: what counts is that it ends.
            }
        }
        Assert.NotNull(CompoundFile.TryOpen(sound));
    }

    [Fact]
    public void SpreadsheetXml_Cells_AreATable() => Assert.Equal(["Heading1@1 S", "Heading2@1 S A1:C2", "Table@1 | A | B | C |\n| --- | --- | --- |\n| 1.5 |  | x |"], Show(Read("""
        <?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>
        <Row><Cell><Data ss:Type="String">A</Data></Cell><Cell><Data ss:Type="String">B</Data></Cell><Cell><Data ss:Type="String">C</Data></Cell></Row>
        <Row><Cell><Data ss:Type="Number">1.5</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">x</Data></Cell></Row></Table></Worksheet></Workbook>
        """, "a.xls")));

    [Fact]
    public void Xlsb_Cells_AreShownWithTheirFormats()
    {
        byte[] styles = [.. Biff(617, []), .. Biff(47, new byte[16]), .. Biff(47, [0, 0, 14, 0, .. new byte[12]]), .. Biff(618, [])];
        byte[] sheet = [.. Biff(0, new byte[16]), .. Biff(7, [.. Cell(0, 0), 0, 0, 0, 0]), .. Biff(6, [.. Cell(1, 0), .. Wide("When")]),
            .. Biff(0, [1, .. new byte[15]]), .. Biff(2, [.. Cell(0, 0), .. BitConverter.GetBytes((150 << 2) | 3)]), .. Biff(5, [.. Cell(1, 1), .. BitConverter.GetBytes(45292.0)])];
        var book = ZipOf(("xl/workbook.bin", Biff(156, [0, 0, 0, 0, 1, 0, 0, 0, .. Wide("r1"), .. Wide("Costs")])), ("xl/styles.bin", styles),
            ("xl/sharedStrings.bin", Biff(19, [0, .. Wide("Price")])), ("xl/worksheets/sheet1.bin", sheet),
            ("xl/_rels/workbook.bin.rels", "<Relationships xmlns='r'><Relationship Id='r1' Type='x/worksheet' Target='worksheets/sheet1.bin'/></Relationships>"u8.ToArray()));
        Assert.Equal(["Heading1@1 Costs", "Heading2@1 Costs A1:B2", "Table@1 | Price | When |\n| --- | --- |\n| 1.5 | 2024-01-01 |"], Show(Read(book, "a.xlsb")));
    }

    private static byte[] Doc(string text, ushort flags)
    {
        // Two pieces: the first half narrow at 2048, the second wide at 3072.
        var half = text.Length / 2;
        var main = new byte[8192];
        BinaryPrimitives.WriteUInt16LittleEndian(main, 0xA5EC);
        BinaryPrimitives.WriteUInt16LittleEndian(main.AsSpan(2), 193);
        BinaryPrimitives.WriteUInt16LittleEndian(main.AsSpan(10), flags);
        BinaryPrimitives.WriteInt32LittleEndian(main.AsSpan(0x4C), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(main.AsSpan(0x1A6), 5 + 12 + 16);
        Encoding.Latin1.GetBytes(text[..half]).CopyTo(main, 2048);
        Encoding.Unicode.GetBytes(text[half..]).CopyTo(main, 3072);
        byte[] table = [2, .. BitConverter.GetBytes(12 + 16), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(half), .. BitConverter.GetBytes(text.Length),
            0, 0, .. BitConverter.GetBytes(0x40000000 | (2048 * 2)), 0, 0, 0, 0, .. BitConverter.GetBytes(3072), 0, 0];
        return new CompoundBuilder().Stream("WordDocument", main).Stream("0Table", [.. table, .. new byte[5000]]).Build();
    }

    private static byte[] Record(int type, int instance, ReadOnlySpan<byte> content) =>
        [.. BitConverter.GetBytes((ushort)((instance << 4) | (type is 1000 or 1006 or 4080 or 61453 ? 15 : 0))), .. BitConverter.GetBytes((ushort)type), .. BitConverter.GetBytes(content.Length), .. content];

    private static byte[] Biff(int id, byte[] content) => [.. id < 128 ? [(byte)id] : (byte[])[(byte)(id | 0x80), (byte)(id >> 7)], (byte)content.Length, .. content];

    private static byte[] Cell(int column, int style) => [.. BitConverter.GetBytes(column), .. BitConverter.GetBytes(style)];

    private static byte[] Wide(string text) => [.. BitConverter.GetBytes(text.Length), .. Encoding.Unicode.GetBytes(text)];

    private static byte[] ZipOf(params (string Name, byte[] Content)[] parts)
    {
        using var bytes = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(bytes, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
