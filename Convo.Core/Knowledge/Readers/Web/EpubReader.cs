using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>EPUB 2 and 3: the chapters in the order of the book's spine. A chapter's file is a page.</summary>
internal sealed class EpubReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Epub;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var parts = new ZipParts(input);
        if (OfficeRelations.Load(parts, "META-INF/encryption.xml") is { } encryption && Encrypts(encryption))
            throw new ExtractionException(ExtractionCodes.Encrypted, "The book is protected by a shop's copy protection. Upload a copy without it.");
        var name = OfficeRelations.Load(parts, "META-INF/container.xml")?.Descendants().FirstOrDefault(element => element.Name.LocalName == "rootfile")?.Attr("full-path");
        var book = name is null ? null : OfficeRelations.Load(parts, name);
        output.Title = book?.Descendants().FirstOrDefault(element => element.Name.LocalName == "title")?.Value;
        var chapters = (book is null ? [] : Spine(book, name![..(name!.LastIndexOf('/') + 1)]).Where(parts.Has).ToList()) is { Count: > 0 } spine ? spine : Pages(parts);
        for (var i = 0; i < chapters.Count; i++)
        {
            output.CheckPages(i + 1);
            HtmlReader.ReadFragment(HtmlReader.Decode(parts.ReadAll(chapters[i])), output, i + 1);
            output.PageDone(i + 1, chapters.Count);
        }
    }

    private static IEnumerable<string> Spine(XElement book, string folder)
    {
        var items = book.Descendants().Where(element => element.Name.LocalName == "item").GroupBy(item => item.Attr("id") ?? "")
            .ToDictionary(group => group.Key, group => group.First());
        return book.Descendants().Where(element => element.Name.LocalName == "itemref").Select(reference => items.GetValueOrDefault(reference.Attr("idref") ?? ""))
            .Where(item => item?.Attr("href") is not null && item.Attr("media-type")?.Contains("html", StringComparison.OrdinalIgnoreCase) != false
                && item.Attr("properties")?.Contains("nav", StringComparison.Ordinal) != true)
            .Select(item => OfficeRelations.Resolve(folder, Uri.UnescapeDataString(item!.Attr("href")!.Split('#')[0])));
    }

    private static List<string> Pages(ZipParts parts) =>
        [.. parts.Names.Where(name => name.EndsWith("html", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".htm", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];

    /// <summary>Fonts are often scrambled, which is no protection of the text.</summary>
    private static bool Encrypts(XElement encryption) => encryption.Descendants()
        .Where(element => element.Name.LocalName == "CipherReference").Any(reference => reference.Attr("URI")?.EndsWith("html", StringComparison.OrdinalIgnoreCase) == true);
}
