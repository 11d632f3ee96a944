using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>What an Open Packaging package says about itself: its main part and its title.</summary>
internal static class OfficeRelations
{
    /// <summary>Name of the part that the package's root points at as the document, if it does and it exists.</summary>
    public static string? MainPart(ZipParts parts)
    {
        var target = Load(parts, "_rels/.rels")?.Elements()
            .FirstOrDefault(relation => relation.Attribute("Type")?.Value.EndsWith("/officeDocument", StringComparison.Ordinal) == true)
            ?.Attribute("Target")?.Value.TrimStart('/');
        return target is not null && parts.Has(target) ? target : null;
    }

    public static string? Title(ZipParts parts) =>
        Load(parts, "docProps/core.xml")?.Elements().FirstOrDefault(element => element.Name.LocalName == "title")?.Value;

    /// <summary>A small part's root; null when it is missing or broken, which these parts may be.</summary>
    private static XElement? Load(ZipParts parts, string name)
    {
        try
        {
            using var reader = parts.OpenXml(name);
            return reader is null ? null : XElement.Load(reader);
        }
        catch (Exception failure) when (failure is XmlException or InvalidDataException)
        {
            return null;
        }
    }
}
