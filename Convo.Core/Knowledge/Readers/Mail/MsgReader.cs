using System.Globalization;

namespace Convo.Core.Knowledge;

/// <summary>Outlook's MSG ([MS-OXMSG]): a compound file with a stream for each property; attachments and recipients are folders of their own.</summary>
internal sealed class MsgReader : IDocumentReader
{
    private const int MaxDepth = 8;

    public bool CanRead(DetectedType type) => type == FileTypes.Msg;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var file = CompoundFile.Open(input.Bytes);
        Write(new MsgProperties(file, file.Root, headerLength: 32), file, output, 0);
    }

    private static void Write(MsgProperties message, CompoundFile file, DocumentBuilder output, int depth)
    {
        if (depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        var subject = message.Text(0x0037);
        output.Title ??= subject;
        output.Heading(subject ?? "", 1, 1);
        output.Lines(Header(message), 1);
        WriteBody(message, output);
        foreach (var item in file.Children(message.Storage).Where(item => item.Name.StartsWith("__attach_version1.0_", StringComparison.Ordinal)))
            WriteAttachment(new MsgProperties(file, item, headerLength: 8), file, output, depth);
    }

    private static string Header(MsgProperties message)
    {
        var sender = message.Text(0x0C1A) ?? message.Text(0x0042);
        var address = message.Text(0x5D01) ?? message.Text(0x0C1F);
        var lines = new List<string>();
        Add("From", sender is null || sender == address ? address : address is null || !address.Contains('@', StringComparison.Ordinal) ? sender : $"{sender} <{address}>");
        Add("To", message.Text(0x0E04));
        Add("Cc", message.Text(0x0E03));
        Add("Date", (message.Time(0x0039) ?? message.Time(0x0E06))?.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
        return string.Join('\n', lines);

        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                lines.Add($"{name}: {value}");
        }
    }

    /// <summary>The plain text; else the HTML; else the packed RTF.</summary>
    private static void WriteBody(MsgProperties message, DocumentBuilder output)
    {
        if (message.Text(0x1000) is { } plain && plain.Trim().Length > 0)
            MailText.Write(plain, output, 1);
        else if (message.Bytes(0x1013) is { Length: > 0 } html)
            HtmlReader.ReadFragment(HtmlReader.Decode(html), output);
        else if (message.Text(0x1013) is { Length: > 0 } page)
            HtmlReader.ReadFragment(page, output);
        else if (message.Bytes(0x1009) is { Length: > 16 } packed)
            RtfReader.Write(Unpack(packed), output);
    }

    private static void WriteAttachment(MsgProperties attachment, CompoundFile file, DocumentBuilder output, int depth)
    {
        var name = attachment.Text(0x3707) ?? attachment.Text(0x3704) ?? attachment.Text(0x3001) ?? "attachment";
        if (attachment.Folder(0x3701) is { } inner)
        {
            // A message in a message is stored unpacked.
            if (file.Find(inner, "__properties_version1.0") is not null)
            {
                output.Heading($"Attachment: {name}", 2, 1);
                using (output.Inside(1, headings: 2))
                    Write(new MsgProperties(file, inner, headerLength: 24), file, output, depth + 1);
            }
            return;
        }
        if (attachment.Bytes(0x3701) is { Length: > 0 } bytes && !(attachment.Text(0x3712) is not null && FileType.Detect(bytes, name) == FileTypes.Image))
            output.Nested?.Read(name, bytes, 1);
    }

    private static byte[] Unpack(byte[] packed)
    {
        var filter = new MimeKit.Tnef.RtfCompressedToRtf();
        var rtf = filter.Flush(packed, 0, packed.Length, out var start, out var length);
        return rtf[start..(start + length)];
    }
}
