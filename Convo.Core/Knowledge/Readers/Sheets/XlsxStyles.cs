using System.Globalization;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>Which number format each cell style has.</summary>
internal sealed class XlsxStyles(CellFormats formats, IReadOnlyList<string?> codes)
{
    public static XlsxStyles Load(WorkbookPart book, bool is1904)
    {
        var root = OpenParts.TryLoad(book.WorkbookStylesPart);
        var own = new Dictionary<int, string>();
        foreach (var format in root?.Child("numFmts")?.Elements() ?? [])
            own[Number(format.Attr("numFmtId"))] = format.Attr("formatCode") ?? "";
        var codes = root?.Child("cellXfs")?.Elements()
            .Select(style => Number(style.Attr("numFmtId")) is var id && own.TryGetValue(id, out var code) ? code : CellFormats.BuiltInCode(id)).ToList() ?? [];
        return new XlsxStyles(new CellFormats(is1904), codes);
    }

    public string Show(double value, int style) => formats.Show(value, style >= 0 && style < codes.Count ? codes[style] : null);

    private static int Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
