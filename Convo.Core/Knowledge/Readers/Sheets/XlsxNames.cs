using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Names that people gave to ranges, by the sheet they point into.</summary>
internal static class XlsxNames
{
    private const int MaxNames = 5_000;

    public static ILookup<string, string> Of(XElement workbook) =>
        (workbook.Child("definedNames")?.Elements() ?? []).Take(MaxNames)
            .Where(name => !name.IsFlagged("hidden") && name.Attr("name") is { } text && !text.StartsWith("_xlnm.", StringComparison.Ordinal))
            .Select(name => (Sheet: SheetOf(name.Value), Text: $"{name.Attr("name")} = {name.Value.Replace("$", "", StringComparison.Ordinal)}"))
            .Where(name => name.Sheet.Length > 0 && !name.Text.Contains("#REF!", StringComparison.Ordinal))
            .ToLookup(name => name.Sheet, name => name.Text, StringComparer.OrdinalIgnoreCase);

    private static bool IsFlagged(this XElement element, string name) => element.Attr(name) is "1" or "true";

    private static string SheetOf(string formula)
    {
        var mark = formula.LastIndexOf('!');
        return mark <= 0 ? "" : formula[..mark].Trim('\'').Replace("''", "'", StringComparison.Ordinal);
    }
}
