using System.Globalization;
using MimeKit;
using MimeKit.Tnef;

namespace Convo.Core.Knowledge;

/// <summary>Writes a message: who, when and about what; the text (plain where there is one, else the HTML); then what is attached.</summary>
internal static class MailWriter
{
    public static void Write(MimeMessage message, DocumentBuilder output, int page)
    {
        output.Title ??= message.Subject;
        output.Heading(message.Subject ?? "", 1, page);
        output.Lines(Header(message), page);
        var attached = new List<MimeEntity>();
        if (message.Body is { } body)
            WriteBody(body, output, page, attached);
        foreach (var entity in attached)
            WriteAttachment(entity, output, page);
    }

    private static string Header(MimeMessage message)
    {
        var lines = new List<string>();
        Add("From", message.From.ToString());
        Add("To", message.To.ToString());
        Add("Cc", message.Cc.ToString());
        Add("Date", message.Headers.Contains(HeaderId.Date) ? message.Date.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) : "");
        return string.Join('\n', lines);

        void Add(string name, string value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                lines.Add($"{name}: {value}");
        }
    }

    /// <summary>Of alternatives the one with most text a person would see; of parts that belong together the first; of a mixture each.</summary>
    private static void WriteBody(MimeEntity entity, DocumentBuilder output, int page, List<MimeEntity> attached)
    {
        switch (entity)
        {
            case MultipartAlternative alternatives:
                WriteAlternative(alternatives, output, page, attached);
                break;
            case MultipartRelated { Root: { } root } related:
                WriteBody(root, output, page, attached);
                // Pages saved as MHT have more documents than their root; pictures and styles of it are not text.
                attached.AddRange(related.Where(part => part != root && part is not TextPart && !IsPicture(part)));
                break;
            case Multipart mixture:
                foreach (var part in mixture)
                    WriteBody(part, output, page, attached);
                break;
            case TextPart { IsAttachment: false } text when text.IsPlain || text.IsHtml || text.IsRichText || text.FileName is null:
                WriteText(text, output, page);
                break;
            default:
                attached.Add(entity);
                break;
        }
    }

    private static void WriteAlternative(MultipartAlternative alternatives, DocumentBuilder output, int page, List<MimeEntity> attached)
    {
        var best = alternatives.OfType<TextPart>().FirstOrDefault(part => part.IsPlain && part.Text.Trim().Length > 0)
            ?? alternatives.OfType<TextPart>().FirstOrDefault(part => part.IsHtml)
            ?? alternatives.LastOrDefault(part => part is Multipart)
            ?? alternatives.FirstOrDefault();
        var rich = alternatives.FirstOrDefault(part => part is MultipartRelated or Multipart || part is TextPart { IsHtml: true });
        // A plain part that only says "see the HTML" is no alternative.
        if (best is TextPart { IsPlain: true } plain && rich is not null && plain.Text.Trim().Length < 120)
            best = rich;
        if (best is not null)
            WriteBody(best, output, page, attached);
        foreach (var part in alternatives.Where(part => part != best && part is not (TextPart or MultipartRelated or MultipartAlternative)))
            attached.Add(part);
        foreach (var related in alternatives.OfType<MultipartRelated>().Where(part => part != best))
            attached.AddRange(related.Where(part => part.IsAttachment));
    }

    private static void WriteText(TextPart text, DocumentBuilder output, int page)
    {
        if (text.IsHtml)
            HtmlReader.ReadFragment(text.Text, output, page);
        else
            MailText.Write(text.Text, output, page);
    }

    private static void WriteAttachment(MimeEntity entity, DocumentBuilder output, int page)
    {
        var name = entity.ContentDisposition?.FileName ?? entity.ContentType.Name ?? "";
        switch (entity)
        {
            case TnefPart tnef:
                using (var inner = tnef.ConvertToMessage())
                    Write(inner, output, page);
                break;
            case MessagePart { Message: { } forwarded }:
                output.Nested?.Read(name.Length > 0 ? name : $"{forwarded.Subject ?? "message"}.eml", Bytes(stream => forwarded.WriteTo(stream)), page);
                break;
            case MimePart { Content: { } content } when !(IsPicture(entity) && (entity.ContentId is not null || name.Length == 0)):
                output.Nested?.Read(name.Length > 0 ? name : "attachment", Bytes(stream => content.DecodeTo(stream)), page);
                break;
        }
    }

    private static byte[] Bytes(Action<Stream> write)
    {
        using var bytes = new MemoryStream();
        write(bytes);
        return bytes.ToArray();
    }

    private static bool IsPicture(MimeEntity entity) => entity.ContentType.MediaType.Equals("image", StringComparison.OrdinalIgnoreCase);
}
