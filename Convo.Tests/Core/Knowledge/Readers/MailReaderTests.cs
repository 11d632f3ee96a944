using System.Text;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class MailReaderTests
{
    private const string Header = "From: Eva <eva@example.com>\r\nTo: jo@example.com\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\nDate: Mon, 05 Feb 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\n";

    [Fact]
    public void Eml_HeaderBodyAndAttachments_AreRead()
    {
        var document = Read(Header + Multipart("mixed",
            Multipart("alternative", "Content-Type: text/plain; charset=utf-8\r\n\r\nThe plain text says all that the other part says, and it is long enough to be more than a hint at it, so that it is what is read here.",
                "Content-Type: text/html\r\n\r\n<p>The HTML</p>"),
            "Content-Type: text/csv; name=costs.csv\r\nContent-Disposition: attachment; filename=costs.csv\r\n\r\nItem,Price\r\nPen,2\r\n",
            "Content-Type: image/png; name=logo.png\r\nContent-Disposition: attachment; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"), "a.eml");

        Assert.Equal(["Heading1@1 Grüße", "Paragraph@1 From: \"Eva\" <eva@example.com>\nTo: jo@example.com\nDate: 2024-02-05 10:00 +01:00",
            "Paragraph@1 The plain text says all that the other part says, and it is long enough to be more than a hint at it, so that it is what is read here.",
            "Heading2@1 Attachment: costs.csv", "Heading4@1 Rows 1–2", "Table@1 | Item | Price |\n| --- | --- |\n| Pen | 2 |", "Paragraph@1 Attachment: logo.png (picture, not read)"],
            Show(document).Select(line => line.Replace("\"Eva\"", "Eva", StringComparison.Ordinal).Replace("From: Eva", "From: \"Eva\"", StringComparison.Ordinal)));
        Assert.Equal(("Grüße", 1, "message/rfc822"), (document.Title, document.Pages, document.MediaType));
    }

    [Fact]
    public void Eml_AttachmentsThatCannotBeRead_CostNothingButThemselves()
    {
        var text = CanonicalText.Of(Read(Header + Multipart("mixed", "Content-Type: text/plain\r\n\r\nHello.",
            "Content-Disposition: attachment; filename=bad.docx\r\n\r\nPK\u0003\u0004 broken", "Content-Disposition: attachment; filename=empty.txt\r\n\r\n",
            "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=last.txt\r\n\r\nLast words."), "a.eml")).Text;
        Assert.Contains("Attachment: bad.docx\n\nThis attachment was not read.", text, StringComparison.Ordinal);
        Assert.Contains("Last words.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Eml_MessagesInMessages_EndAtTheLimit()
    {
        var mail = Header + "\r\nThe innermost.";
        for (var i = 0; i < 8; i++)
            mail = Header.Replace("=?utf-8?B?R3LDvMOfZQ==?=", $"level {i}", StringComparison.Ordinal) + Multipart("mixed", $"Content-Type: text/plain\r\n\r\nText {i}.", $"Content-Type: message/rfc822\r\n\r\n{mail}");
        var text = CanonicalText.Of(Read(mail, "a.eml")).Text;
        Assert.Contains("Text 3.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("innermost", text, StringComparison.Ordinal);
        Assert.Contains("lies too deep", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Eml_ManyAttachments_AreRefused()
    {
        var parts = Enumerable.Repeat("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx", 30).ToArray();
        Assert.Equal(ExtractionCodes.TooLarge, Fails(() => Read(Encoding.UTF8.GetBytes(Header + Multipart("mixed", parts)), "a.eml", Limits with { MaxEmbedded = 20 })));
    }

    [Fact]
    public void Eml_BombsInAttachments_ShareOneBudget()
    {
        var docx = Convert.ToBase64String(Docx("<w:p><w:r><w:t>" + new string('x', 900_000) + "</w:t></w:r></w:p>"));
        var parts = Enumerable.Repeat($"Content-Disposition: attachment; filename=a.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n{docx}\r\n", 3).ToArray();
        var text = CanonicalText.Of(Read(Encoding.UTF8.GetBytes(Header + Multipart("mixed", parts)), "a.eml", Limits with { MaxInflatedBytes = 2_000_000 })).Text;
        Assert.Equal(2, text.Split("xxxx\n\nAttachment").Length - 1 + (text.Contains("unpacks to far more", StringComparison.Ordinal) ? 0 : 9));
    }

    [Fact]
    public void Eml_OnlyHtml_IsReadWithoutLoadingAnything() => Assert.Equal(["Heading1@1 Grüße", "Heading1@1 Offer", "Paragraph@1 See below."], Show(Read(
        Header + "Content-Type: text/html; charset=utf-8\r\n\r\n<h1>Offer</h1><img src='http://127.0.0.1:9/p.gif'><p>See below.</p><script>x()</script>", "a.eml"))
        .Where(line => !line.Contains("From:", StringComparison.Ordinal)));

    [Fact]
    public void Mbox_Messages_ArePages()
    {
        var document = Read("From a@b.c Mon Jun 01 10:00:00 2009\nSubject: one\n\nfirst\n\nFrom a@b.c Mon Jun 01 11:00:00 2009\nSubject: two\n\nsecond\n", "all.mbox");
        Assert.Equal(["Heading1@1 one", "Paragraph@1 first", "Heading1@2 two", "Paragraph@2 second"], Show(document));
    }

    private static string Multipart(string kind, params string[] parts)
    {
        var mark = $"b{kind}{parts.Sum(part => part.Length)}";
        return $"Content-Type: multipart/{kind}; boundary={mark}\r\n\r\n" + string.Concat(parts.Select(part => $"--{mark}\r\n{part}\r\n")) + $"--{mark}--\r\n";
    }
}
