using System.Xml;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>The texts that cells refer to by number.</summary>
internal static class XlsxStrings
{
    /// <exception cref="ExtractionException">There are more characters, or more texts, than a file may hold.</exception>
    public static List<string> Load(SharedStringTablePart? part, ReaderLimits limits)
    {
        var characters = 0L;
        var texts = new List<string>();
        if (part is null)
            return texts;
        using var reader = OpenParts.Xml(part);
        foreach (var item in SafeXml.ChildrenOf(reader, "sst"))
        {
            if (item.Name.LocalName != "si")
                continue;
            texts.Add(TextOf(item));
            characters += texts[^1].Length;
            if (characters > limits.MaxCharacters || texts.Count > limits.MaxCells)
                throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.TooMuchText(limits.MaxCharacters));
        }
        return texts;
    }

    /// <summary>Plain or rich text; the phonetic reading of Japanese is not shown in the cell.</summary>
    public static string TextOf(XElement item) => string.Concat(item.Elements().Select(child => child.Name.LocalName switch
    {
        "t" => child.Value,
        "r" => string.Concat(child.Elements().Where(run => run.Name.LocalName == "t").Select(run => run.Value)),
        _ => "",
    }));
}
