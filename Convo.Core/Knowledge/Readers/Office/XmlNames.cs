using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Looks elements and attributes up by local name.</summary>
internal static class XmlNames
{
    public static XElement? Child(this XElement element, string name) =>
        element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    public static string? Attr(this XElement element, string name) =>
        element.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == name)?.Value;

    /// <summary>An on/off property: present and not switched off.</summary>
    public static bool IsOn(this XElement? properties, string name) =>
        properties?.Child(name) is { } toggle && toggle.Attr("val") is not ("0" or "false" or "off");
}
