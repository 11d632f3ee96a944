using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>What is in a DOCX file besides its text: charts, diagrams, headers and footers, embedded documents.</summary>
internal static class DocxExtras
{
    public static void Write(ZipParts parts, string folder, DocumentBuilder output, int page)
    {
        foreach (var chart in Parts(parts, folder + "charts/chart").Concat(Parts(parts, folder + "diagrams/data")))
            output.Lines(string.Join('\n', DrawingText.Of(OfficeRelations.Load(parts, chart))), page);
        WriteMargins(parts, folder, output, page);
        var behindCharts = Parts(parts, folder + "charts/").SelectMany(chart => OfficeRelations.Of(parts, chart)).Select(relation => relation.Target)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Parts(parts, folder + "embeddings/").Where(name => !behindCharts.Contains(name)))
        {
            var bytes = parts.ReadAll(name) ?? [];
            // Objects of other programs (equations, pictures) have nothing to read.
            if (bytes.Length > 0 && FileType.Detect(bytes, name).IsSupported)
                output.Nested?.Read(Path.GetFileName(name), bytes, page);
        }
    }

    /// <summary>Headers and footers repeat on every page; each is said once.</summary>
    private static void WriteMargins(ZipParts parts, string folder, DocumentBuilder output, int page)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in Parts(parts, folder + "header").Concat(Parts(parts, folder + "footer")))
        {
            var paragraphs = OfficeRelations.Load(parts, name) is { } margin
                ? margin.Descendants().Where(element => element.Name.LocalName == "p" && element.Ancestors().All(above => above.Name.LocalName is not ("p" or "Fallback")))
                : [];
            foreach (var paragraph in paragraphs)
            {
                var text = DocxRuns.PlainText(new XElement("margin", paragraph));
                if (text.Any(char.IsLetter) && said.Add(text))
                    output.Lines(text, page);
            }
        }
    }

    private static IEnumerable<string> Parts(ZipParts parts, string start) =>
        parts.Names.Where(name => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
}
