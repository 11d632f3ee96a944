using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>
/// PPTX, PPSX, POTX and those with macros (ECMA-376 part 1, PresentationML), transitional and strict. The Open XML SDK finds the parts.
/// A slide is a page: its title, its shapes, its tables, then comments and the speaker's notes.
/// </summary>
internal sealed class PptxReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Pptx;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        // Counted and summed before anything is unpacked.
        using (var parts = new ZipParts(input))
            output.Title = OfficeRelations.Title(parts);
        using var package = OpenParts.Package(input);
        using var document = PresentationDocument.Open(package);
        var presentation = document.PresentationPart ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        var slides = Slides(presentation);
        output.CheckPages(slides.Count);
        var authors = SlideComments.Authors(presentation);
        for (var i = 0; i < slides.Count; i++)
        {
            WriteSlide(slides[i], authors, output, i + 1);
            output.PageDone(i + 1, slides.Count);
        }
        if (slides.Count == 0)
            WriteMasters(presentation, output);
    }

    private static List<SlidePart> Slides(PresentationPart presentation)
    {
        var order = OpenParts.Load(presentation).Child("sldIdLst")?.Elements()
            .Select(slide => slide.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == "id" && attribute.Name.Namespace != XNamespace.None)?.Value)
            .Select(id => OpenParts.Find(presentation, id)).OfType<SlidePart>().Distinct().ToList() ?? [];
        return order.Count > 0 ? order : [.. presentation.SlideParts.OrderBy(part => part.Uri.ToString().Length).ThenBy(part => part.Uri.ToString(), StringComparer.Ordinal)];
    }

    private static void WriteSlide(SlidePart part, IReadOnlyDictionary<string, string> authors, DocumentBuilder output, int page)
    {
        var slide = OpenParts.Load(part);
        var shapes = new SlideShapes(output, page);
        // A hidden slide is in the file for whoever opens it; whoever reads the answer must see where it comes from.
        shapes.Write(slide.Child("cSld")?.Child("spTree"), slide.Attr("show") is "0" or "false" ? $"Slide {page} (hidden slide)" : null);
        foreach (var below in OpenParts.Below(part))
        {
            if (below is DiagramDataPart or ChartPart or ExtendedChartPart)
            {
                output.Lines(string.Join('\n', DrawingText.Of(OpenParts.TryLoad(below))), page);
            }
            else if (below is EmbeddedPackagePart && !below.GetParentParts().Any(parent => parent is ChartPart))
            {
                output.Nested?.Read(Path.GetFileName(below.Uri.ToString()), OpenParts.Bytes(below), page);
            }
        }
        foreach (var comment in SlideComments.Of(part, authors))
            output.Lines(comment, page);
        WriteNotes(OpenParts.TryLoad(part.NotesSlidePart), output, page);
    }

    private static void WriteNotes(XElement? notes, DocumentBuilder output, int page)
    {
        var text = string.Join('\n', notes?.Child("cSld")?.Child("spTree")?.Elements()
            .Where(shape => SlideShapes.PlaceholderOf(shape) is not ("sldImg" or "sldNum" or "dt" or "hdr" or "ftr"))
            .SelectMany(shape => DrawingText.Of(shape.Child("txBody"))) ?? []);
        if (text.Length > 0)
            output.Lines($"Notes: {text}", page);
    }

    /// <summary>A template without slides still says what its masters say.</summary>
    private static void WriteMasters(PresentationPart presentation, DocumentBuilder output)
    {
        foreach (var master in presentation.SlideMasterParts.OrderBy(part => part.Uri.ToString(), StringComparer.Ordinal))
        {
            foreach (var text in DrawingText.Of(OpenParts.TryLoad(master)?.Child("cSld")))
                output.Lines(text, 1);
        }
    }
}
