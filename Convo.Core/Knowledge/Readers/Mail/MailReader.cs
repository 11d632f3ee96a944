using System.Buffers;
using MimeKit;

namespace Convo.Core.Knowledge;

/// <summary>E-mail as stored by mail programs (EML, MHT, EMLX), mailboxes (MBOX: a message is a page) and Outlook's winmail.dat.</summary>
internal sealed class MailReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Eml || type == FileTypes.Mbox || type == FileTypes.Tnef;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var limits = new ParserOptions { MaxMimeDepth = 32, CharsetEncoding = System.Text.Encoding.UTF8 };
        if (input.Type == FileTypes.Tnef)
        {
            var part = new MimeKit.Tnef.TnefPart { Content = new MimeContent(input.OpenStream()) };
            using var message = part.ConvertToMessage();
            MailWriter.Write(message, output, 1);
            return;
        }
        using var stream = input.OpenStream();
        if (input.Type == FileTypes.Mbox)
        {
            ReadMailbox(new MimeParser(limits, stream, MimeFormat.Mbox), output);
            return;
        }
        using var mail = MimeMessage.Load(limits, SkipCount(stream));
        MailWriter.Write(mail, output, 1);
    }

    private static void ReadMailbox(MimeParser parser, DocumentBuilder output)
    {
        for (var page = 1; !parser.IsEndOfStream; page++)
        {
            output.CheckPages(page);
            using var message = parser.ParseMessage();
            MailWriter.Write(message, output, page);
        }
    }

    private static readonly SearchValues<byte> CountLine = SearchValues.Create("0123456789 \r"u8);

    /// <summary>Apple's EMLX begins with a line that holds the message's length.</summary>
    private static Stream SkipCount(Stream stream)
    {
        Span<byte> head = stackalloc byte[16];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var feed = head[..read].IndexOf((byte)'\n');
        var isCount = feed > 0 && !head[..feed].ContainsAnyExcept(CountLine);
        stream.Position = isCount ? feed + 1 : 0;
        return stream;
    }
}
