using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>ODT, OTT and FODT (OASIS OpenDocument 1.3): headings, paragraphs, lists, tables, notes, comments. Tracked deletions are not shown.</summary>
internal sealed class OdfTextReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Odt;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var package = new OdfPackage(input);
        output.Title = package.Title;
        var writer = new OdfBody(output, page: 1);
        using (var content = package.Content())
        {
            foreach (var element in SafeXml.ChildrenOf(content, "text"))
                writer.Write(element);
        }
        foreach (var inner in package.Objects())
        {
            using (inner)
                writer.WriteBlocks(SafeXml.ChildrenOf(inner, "body"));
        }
        WriteMargins(package, output);
    }

    /// <summary>Headers and footers, said once.</summary>
    private static void WriteMargins(OdfPackage package, DocumentBuilder output)
    {
        using var styles = package.Styles();
        if (styles is null)
            return;
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var paragraph in SafeXml.ChildrenOf(styles, "master-styles").SelectMany(page => page.Descendants())
            .Where(element => element.Name.LocalName is "header" or "footer" or "header-first" or "footer-first" or "header-left" or "footer-left")
            .SelectMany(margin => margin.Descendants().Where(element => element.Name.LocalName is "p" or "h")))
        {
            var text = OdfText.Of(paragraph);
            if (text.Any(char.IsLetter) && said.Add(text))
                output.Lines(text, 1);
        }
    }
}
