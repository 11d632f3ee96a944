using System.Buffers;

namespace Convo.Core.Knowledge;

/// <summary>Tells XML formats apart by their root element.</summary>
internal static class XmlTypes
{
    private static readonly SearchValues<char> EndOfName = SearchValues.Create(" \t\r\n/>");

    /// <summary>Null when the text is not XML, or is XHTML.</summary>
    public static DetectedType? Detect(string text)
    {
        var rest = text.AsSpan().TrimStart('\uFEFF').TrimStart();
        var declared = rest.StartsWith("<?xml", StringComparison.Ordinal);
        if (!declared && !(rest.StartsWith("<", StringComparison.Ordinal) && rest.Contains("xmlns", StringComparison.Ordinal)))
            return null;
        var root = RootName(rest);
        var head = rest[..Math.Min(rest.Length, 4_096)];
        return root switch
        {
            "" or "html" => null,
            "package" when head.Contains("/xmlPackage", StringComparison.Ordinal) => FileTypes.Docx,
            "wordDocument" => FileTypes.Docx,
            "Workbook" when head.Contains("office:spreadsheet", StringComparison.Ordinal) => FileTypes.Xls,
            "document" when head.Contains("opendocument:xmlns:office", StringComparison.Ordinal) => ByMimeType(head),
            _ => HtmlSniffer.LooksLikeHtml(text) && !declared ? null : FileTypes.Xml,
        };
    }

    private static DetectedType ByMimeType(ReadOnlySpan<char> head)
    {
        foreach (var type in (DetectedType[])[FileTypes.Odp, FileTypes.Ods])
        {
            if (head.Contains(type.MediaType, StringComparison.Ordinal))
                return type;
        }
        return FileTypes.Odt;
    }

    /// <summary>The first element's local name; empty when none is in sight.</summary>
    private static string RootName(ReadOnlySpan<char> rest)
    {
        while (rest.Length > 1 && rest[0] == '<')
        {
            var skip = rest.StartsWith("<?", StringComparison.Ordinal) ? After(rest, "?>")
                : rest.StartsWith("<!--", StringComparison.Ordinal) ? After(rest, "-->")
                : rest.StartsWith("<!", StringComparison.Ordinal) ? AfterDoctype(rest)
                : 0;
            if (skip < 0)
                return "";
            if (skip == 0)
            {
                var end = rest[1..].IndexOfAny(EndOfName);
                var name = end < 0 ? rest[1..] : rest[1..(end + 1)];
                var local = name[(name.IndexOf(':') + 1)..];
                return local.Length is > 0 and < 100 && (char.IsLetter(local[0]) || local[0] == '_') ? local.ToString() : "";
            }
            rest = rest[skip..].TrimStart();
        }
        return "";
    }

    private static int After(ReadOnlySpan<char> text, string end) =>
        text.IndexOf(end, StringComparison.Ordinal) is var at and >= 0 ? at + end.Length : -1;

    private static int AfterDoctype(ReadOnlySpan<char> text)
    {
        var close = text.IndexOf('>');
        var bracket = text.IndexOf('[');
        return bracket >= 0 && bracket < close ? After(text, "]>") : close + 1 is > 0 and var end ? end : -1;
    }
}
