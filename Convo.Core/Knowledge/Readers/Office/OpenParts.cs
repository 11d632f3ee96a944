using System.IO.Packaging;
using System.Xml;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>Parts that the Open XML SDK found, read with the XML rules of every file: no DTD, nothing resolved.</summary>
internal static class OpenParts
{
    /// <summary>The package for the SDK to look into. Given a stream, the SDK would make a temporary file, which the child may not.</summary>
    public static Package Package(ReaderInput input) => System.IO.Packaging.Package.Open(input.OpenStream(), FileMode.Open, FileAccess.Read);

    public static XmlReader Xml(OpenXmlPart part) => XmlReader.Create(part.GetStream(FileMode.Open, FileAccess.Read), SafeXml.Settings);

    public static XElement Load(OpenXmlPart part)
    {
        using var reader = Xml(part);
        return XElement.Load(reader);
    }

    /// <summary>The same, for parts that a document can do without: null when it is missing or broken.</summary>
    public static XElement? TryLoad(OpenXmlPart? part)
    {
        try
        {
            return part is null ? null : Load(part);
        }
        catch (Exception failure) when (failure is XmlException or IOException or InvalidDataException)
        {
            return null;
        }
    }

    public static OpenXmlPart? Find(OpenXmlPartContainer container, string? relationId) =>
        relationId is not null && container.TryGetPartById(relationId, out var part) ? part : null;

    /// <summary>A part and all parts below it, each once.</summary>
    public static IEnumerable<OpenXmlPart> Below(OpenXmlPartContainer root)
    {
        var seen = new HashSet<Uri>();
        var open = new Queue<OpenXmlPartContainer>([root]);
        while (open.TryDequeue(out var container))
        {
            foreach (var part in container.Parts.Select(pair => pair.OpenXmlPart).OrderBy(part => part.Uri.ToString(), StringComparer.Ordinal))
            {
                // A layout, a theme or the next slide is not this part's content.
                if (part is SlideMasterPart or SlideLayoutPart or SlidePart or ThemePart or NotesMasterPart or WorkbookPart or PresentationPart || !seen.Add(part.Uri))
                    continue;
                yield return part;
                open.Enqueue(part);
            }
        }
    }

    public static byte[] Bytes(OpenXmlPart part)
    {
        using var stream = part.GetStream(FileMode.Open, FileAccess.Read);
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
