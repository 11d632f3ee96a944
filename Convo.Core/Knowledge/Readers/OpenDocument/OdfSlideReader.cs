using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>ODP, OTP, FODP and drawings (ODG): a slide is a page; its speaker's notes follow it.</summary>
internal sealed class OdfSlideReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Odp;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var package = new OdfPackage(input);
        output.Title = package.Title;
        using var content = package.Content();
        var number = 0;
        var body = Body(content);
        foreach (var slide in body.Where(element => element.Name.LocalName == "page"))
        {
            WriteSlide(slide, output, ++number);
            output.PageDone(number, number);
        }
    }

    private static IEnumerable<XElement> Body(System.Xml.XmlReader content)
    {
        while (content.Read())
        {
            if (content is { NodeType: System.Xml.XmlNodeType.Element, LocalName: "presentation" or "drawing", Depth: 2 })
                return SafeXml.ChildrenOf(content, content.LocalName);
        }
        return [];
    }

    private static void WriteSlide(XElement slide, DocumentBuilder output, int page)
    {
        var writer = new OdfBody(output, page);
        var title = slide.Elements().FirstOrDefault(frame => frame.Attr("class") == "title");
        if (title is not null)
            output.Heading(string.Join(' ', title.Descendants().Where(element => element.Name.LocalName == "p").Select(OdfText.Of)), 1, page);
        foreach (var shape in slide.Elements().Where(shape => shape != title))
        {
            if (shape.Name.LocalName == "notes")
                WriteNotes(shape, output, page);
            else if (shape.Name.LocalName == "annotation")
                output.Lines(OdfBody.Comment(shape), page);
            else
                writer.Write(shape);
        }
    }

    private static void WriteNotes(XElement notes, DocumentBuilder output, int page)
    {
        var text = string.Join('\n', notes.Descendants().Where(element => element.Name.LocalName == "p").Select(OdfText.Of).Where(line => line.Trim().Length > 0));
        if (text.Length > 0)
            output.Lines($"Notes: {text}", page);
    }
}
