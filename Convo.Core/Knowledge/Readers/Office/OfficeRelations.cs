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

    /// <summary>What a part refers to inside the package: id, last word of the type, and name of the target.</summary>
    public static IReadOnlyList<(string Id, string Kind, string Target)> Of(ZipParts parts, string part)
    {
        var slash = part.LastIndexOf('/') + 1;
        return Load(parts, $"{part[..slash]}_rels/{part[slash..]}.rels")?.Elements()
            .Where(relation => relation.Attr("TargetMode") != "External" && relation.Attr("Target") is not null)
            .Select(relation => (relation.Attr("Id") ?? "", Last(relation.Attr("Type") ?? ""), Resolve(part[..slash], relation.Attr("Target")!)))
            .ToList() ?? [];
    }

    private static string Last(string type) => type[(type.LastIndexOf('/') + 1)..];

    public static string Resolve(string folder, string target)
    {
        if (target.StartsWith('/'))
            return target.TrimStart('/');
        var path = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var step in target.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == ".." && path.Count > 0)
                path.RemoveAt(path.Count - 1);
            else if (step is not ("." or ".."))
                path.Add(step);
        }
        return string.Join('/', path);
    }

    public static string? Title(ZipParts parts) =>
        Load(parts, "docProps/core.xml")?.Elements().FirstOrDefault(element => element.Name.LocalName == "title")?.Value;

    /// <summary>A small part's root; null when it is missing or broken, which these parts may be.</summary>
    public static XElement? Load(ZipParts parts, string name)
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
