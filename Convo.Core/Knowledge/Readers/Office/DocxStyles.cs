using System.Globalization;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>What a paragraph style makes of a paragraph: a heading of a level, a list item, or neither.</summary>
internal sealed class DocxStyles
{
    private const int MaxInheritance = 16;

    private readonly Dictionary<string, Style> _styles = new(StringComparer.Ordinal);

    private sealed record Style(string? BasedOn, int? Heading, bool? IsList);

    public static DocxStyles Load(ZipParts parts, string name)
    {
        using var reader = parts.OpenXml(name);
        return From(reader is null ? null : XElement.Load(reader));
    }

    public static DocxStyles From(XElement? root)
    {
        var styles = new DocxStyles();
        foreach (var style in (root?.Elements() ?? []).Where(element => element.Name.LocalName == "style"))
        {
            var properties = style.Child("pPr");
            styles._styles[style.Attr("styleId") ?? ""] = new Style(style.Child("basedOn")?.Attr("val"),
                OutlineLevel(properties) ?? LevelByName(style.Child("name")?.Attr("val")), IsList(properties));
        }
        return styles;
    }

    /// <summary>1–6 for a heading; null for body text.</summary>
    public int? HeadingLevel(XElement? properties)
    {
        var own = OutlineLevel(properties);
        var level = own ?? Inherited(properties, style => style.Heading);
        return level is >= 1 and <= 9 ? Math.Min(level.Value, 6) : null;
    }

    public bool IsListItem(XElement? properties) => IsList(properties) ?? Inherited(properties, style => style.IsList) ?? false;

    private T? Inherited<T>(XElement? properties, Func<Style, T?> member)
        where T : struct
    {
        var id = properties?.Child("pStyle")?.Attr("val");
        // Styles of damaged files can be based on each other in a ring.
        for (var i = 0; i < MaxInheritance && id is not null && _styles.TryGetValue(id, out var style); i++)
        {
            if (member(style) is { } value)
                return value;
            id = style.BasedOn;
        }
        return null;
    }

    /// <summary>1–9, and 10 for "body text" said explicitly.</summary>
    private static int? OutlineLevel(XElement? properties) =>
        int.TryParse(properties?.Child("outlineLvl")?.Attr("val"), NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? level + 1 : null;

    /// <summary>The built-in styles keep their English names in every language of Word.</summary>
    private static int? LevelByName(string? name) => name?.ToLowerInvariant() switch
    {
        "title" => 1,
        { Length: 9 } heading when heading.StartsWith("heading ", StringComparison.Ordinal) && heading[8] is >= '1' and <= '9' => heading[8] - '0',
        _ => null,
    };

    private static bool? IsList(XElement? properties) => properties?.Child("numPr")?.Child("numId")?.Attr("val") is { } id ? id != "0" : null;
}
