using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>How XML from a file is read: no DTD, no entities, nothing resolved.</summary>
internal static class SafeXml
{
    public static XmlReaderSettings Settings { get; } = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 0,
        MaxCharactersInDocument = 512L << 20,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = false,
        CloseInput = true,
    };

    /// <summary>The children of the first element called <paramref name="parent"/>, one at a time.</summary>
    public static IEnumerable<XElement> ChildrenOf(XmlReader reader, string parent)
    {
        while (reader.LocalName != parent || reader.NodeType != XmlNodeType.Element)
        {
            if (!reader.Read())
                yield break;
        }
        var depth = reader.Depth;
        reader.Read();
        while (!reader.EOF && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                yield return (XElement)XNode.ReadFrom(reader);
            else
                reader.Read();
        }
    }
}
