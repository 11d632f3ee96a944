using System.Globalization;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.OfficeFiles;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class XlsxReaderTests
{
    private const string Strings = "<si><t>Item</t></si><si><r><t>Pri</t></r><r><t>ce</t></r><rPh><t>reading</t></rPh></si><si><t>Bought on</t></si><si><t>Pen</t></si>";
    private const string Styles = "<numFmts><numFmt numFmtId='164' formatCode='#,##0.00\\ \"EUR\"'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/><xf numFmtId='10'/></cellXfs>";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_Sheet_ShowsCellsAsPeopleSeeThem(bool strict)
    {
        var book = Xlsx([("Costs", "", Rows(
            "<c r='B2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c><c r='D2' t='s'><v>2</v></c><c r='E2' t='inlineStr'><is><t>Paid</t></is></c>",
            "<c r='B3' t='s'><v>3</v></c><c r='C3' s='1'><v>1234.5</v></c><c r='D3' s='2'><v>45292</v></c><c r='E3' t='b'><v>1</v></c>",
            "<c r='B4' t='str'><f>A1</f><v>Ink</v></c><c r='C4'><v>0.30000000000000004</v></c><c r='D4' t='e'><v>#N/A</v></c><c r='E4' s='3'><v>0.125</v></c>"))], Strings, Styles, strict: strict);

        var document = Read(book, "a.xlsx");

        Assert.Equal(["Heading1@1 Costs", "Heading2@1 Costs B2:E4",
            "Table@1 | Item | Price | Bought on | Paid |\n| --- | --- | --- | --- |\n| Pen | 1,234.50 EUR | 2024-01-01 | TRUE |\n| Ink | 0.3 | #N/A | 12.50% |"], Show(document));
        Assert.Equal(FileTypes.Xlsx.MediaType, document.MediaType);
    }

    [Fact]
    public void Read_SeveralSheets_ArePagesAndHiddenOnesSaySo()
    {
        var document = Read(Xlsx([("One", "", Rows("<c t='str'><v>first</v></c>")), ("Empty", "", "<sheetData/>"), ("Rates", "state='veryHidden'", Rows("<c t='str'><v>0.19</v></c>"))],
            book: "<definedNames><definedName name='Vat'>Rates!$A$1</definedName><definedName name='_xlnm.Print_Area'>One!$A$1</definedName></definedNames>"), "a.xlsx");
        Assert.Equal(["Heading1@1 One", "Paragraph@1 first", "Heading1@3 Rates (hidden sheet)", "Paragraph@3 0.19", "Paragraph@3 Named ranges: Vat = Rates!A1"], Show(document));
        Assert.Equal(3, document.Pages);
    }

    [Fact]
    public void Read_TitleGapsAndMergedCells_KeepRowsWithTheirTable() => Assert.Equal(
        ["Heading1@1 S", "Paragraph@1 Report 2024", "Heading2@1 S A2:C6", "Table@1 | Region | City | Sales |\n| --- | --- | --- |\n| North | Kiel | 10 |\n| North | Emden | 20 |\n| South | Ulm | 30 |",
            "Paragraph@1 see the notes"],
        Show(Read(Xlsx([("S", "", Rows(
            Text("A1", "Report 2024"),
            Text("A2", "Region") + Text("B2", "City") + Text("C2", "Sales"),
            Text("A3", "North") + Text("B3", "Kiel") + Text("C3", "10"),
            Text("B4", "Emden") + Text("C4", "20"),
            "",
            Text("A6", "South") + Text("B6", "Ulm") + Text("C6", "30"),
            "", "",
            Text("A9", "see the notes")) + "<mergeCells><mergeCell ref='A3:A4'/></mergeCells>")]), "a.xlsx")));

    [Fact]
    public void Read_LongSheet_RepeatsTheHeaderAndNamesTheRange()
    {
        var rows = Enumerable.Range(1, 600).Select(i => Text($"A{i}", i == 1 ? "Number" : $"n{i}") + Text($"B{i}", i == 1 ? "Square" : $"{i * i}")).ToArray();
        var blocks = Read(Xlsx([("S", "", Rows(rows))]), "a.xlsx").Blocks;
        Assert.Equal(["S", "S A1:B250", "S A251:B500", "S A501:B600"], blocks.Where(block => block.Kind == BlockKind.Heading).Select(block => block.Text));
        Assert.All(blocks.Where(block => block.Kind == BlockKind.Table), table => Assert.StartsWith("| Number | Square |\n", table.Text, StringComparison.Ordinal));
        Assert.EndsWith("| n600 | 360000 |", blocks[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FarApartCells_TakeNoRoom() => Assert.Equal("| a | b |", Read(Xlsx([("S", "", Rows(Text("A1", "a") + Text("XFD1", "b")))]), "a.xlsx").Blocks[^1].Text);

    [Fact]
    public void Read_OneGiantTextInThousandsOfCells_IsRefused()
    {
        var book = Xlsx([("S", "", Rows([.. Enumerable.Range(1, 2_000).Select(i => $"<c r='A{i}' t='s'><v>0</v></c>")]))], $"<si><t>{new string('x', 100_000)}</t></si>");
        Assert.Equal(ExtractionCodes.TooLarge, Fails(() => Read(book, "a.xlsx")));
    }

    [Fact]
    public void Read_MoreCellsThanAllowed_IsRefused() => Assert.Equal(ExtractionCodes.TooLarge,
        Fails(() => Read(Xlsx([("S", "", Rows(Text("A1", "a") + Text("B1", "b"), Text("A2", "c")))]), "a.xlsx", Limits with { MaxCells = 2 })));

    [Fact]
    public void Read_OnlyEmptySheets_HasNoText() => Assert.Equal(ExtractionCodes.NoText, Fails(() => Read(Xlsx([("Sheet1", "", "<sheetData/>")]), "a.xlsx")));

    [Theory]
    [InlineData(45292.75, "yyyy-mm-dd hh:mm", "2024-01-01 18:00")]
    [InlineData(0.5, "0%", "50%")]
    [InlineData(-1234, "#,##0;[Red]-#,##0", "-1,234")]
    [InlineData(7, ";;;", "7")]
    [InlineData(1e300, "yyyy", "1E+300")]
    [InlineData(3, "broken\"[", "3")]
    [InlineData(1234567890123, null, "1234567890123")]
    public void Show_Number_FollowsTheFormatWhereItCan(double value, string? code, string shown) => Assert.Equal(shown, new CellFormats(is1904: false).Show(value, code));

    private static string Text(string cell, string text) => $"<c r='{cell}' t='str'><v>{text}</v></c>";

    private static string Rows(params string[] rows) =>
        "<sheetData>" + string.Concat(rows.Select((cells, i) => cells.Length == 0 ? "" : $"<row{(cells.Contains(" r='", StringComparison.Ordinal) ? $" r='{RowOf(cells)}'" : "")}>{cells}</row>")) + "</sheetData>";

    private static string RowOf(string cells) => CellName.Parse(cells[(cells.IndexOf("r='", StringComparison.Ordinal) + 3)..cells.IndexOf('\'', cells.IndexOf("r='", StringComparison.Ordinal) + 3)]).Row.ToString(CultureInfo.InvariantCulture);
}
