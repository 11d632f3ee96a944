using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Word documents as one XML file: the flat form of DOCX ("Word XML Document") and the XML of Word 2003.</summary>
internal static class WordXml
{
    public static void Read(ReaderInput input, DocumentBuilder output)
    {
        using var reader = XmlReader.Create(input.OpenStream(), SafeXml.Settings);
        var root = XElement.Load(reader);
        var styles = DocxStyles.From(root.Descendants().FirstOrDefault(element => element.Name.LocalName == "styles"));
        var rendered = root.Descendants().Any(element => element.Name.LocalName == "lastRenderedPageBreak");
        var body = new DocxBody(output, styles, new DocxNotes(), rendered);
        foreach (var element in root.Descendants().FirstOrDefault(element => element.Name.LocalName == "body")?.Elements() ?? [])
            body.Write(element);
        body.Finish();
    }
}
