using System.Text;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class DataReadersTests
{
    [Theory]
    [InlineData("Name,Age\nEva,\"30, nearly\"\n\n\"Jo \"\"J\"\" X\",\"two\nlines\"\n", "| Name | Age |\n| --- | --- |\n| Eva | 30, nearly |\n| Jo \"J\" X | two lines |")]
    [InlineData("Name;Price\nPen;1,50\nInk;2,75", "| Name | Price |\n| --- | --- |\n| Pen | 1,50 |\n| Ink | 2,75 |")]
    [InlineData("sep=|\nA|B,C\n1|2", "| A | B,C |\n| --- | --- |\n| 1 | 2 |")]
    [InlineData("A\tB\n1\t5\" pipe\n2\tx", "| A | B |\n| --- | --- |\n| 1 | 5\" pipe |\n| 2 | x |")]
    public void Csv_AnyDialect_IsATable(string text, string table) => Assert.Equal(table, Read(text, "a.csv").Blocks[^1].Text);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("windows-1252")]
    public void Csv_AnyEncoding_IsRead(string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var bytes = Encoding.GetEncoding(encoding).GetBytes("Straße;Größe\nÄußere Mühle;über fünf\nKöln-Süd;früher Käse\n");
        Assert.Equal("| Straße | Größe |\n| --- | --- |\n| Äußere Mühle | über fünf |\n| Köln-Süd | früher Käse |", Read(bytes, "a.csv").Blocks[^1].Text);
    }

    [Fact]
    public void Csv_ShortShiftJis_IsRead()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Assert.Contains("佐藤太郎 | 30 | 東京", Read(Encoding.GetEncoding("shift_jis").GetBytes("名前,年齢,住所\r\n佐藤太郎,30,東京\r\n"), "a.csv").Blocks[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_LongTable_RepeatsItsHeader()
    {
        var blocks = Read("Id,Name\n" + string.Join('\n', Enumerable.Range(1, 600).Select(i => $"{i},n{i}")), "a.csv").Blocks;
        Assert.Equal(["Rows 1–250", "Rows 251–500", "Rows 501–601"], blocks.Where(block => block.Kind == BlockKind.Heading).Select(block => block.Text));
        Assert.All(blocks.Where(block => block.Kind == BlockKind.Table), table => Assert.StartsWith("| Id | Name |\n", table.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_RecordsAndObjects_AreTablesAndLines() => Assert.Equal(
        ["Paragraph@1 title: Stock\nopen: true\nowner.name: Eva\nowner.tags: a, b", "Heading2@1 items"],
        Show(Read($$"""{"title":"Stock","open":true,"none":null,"owner":{"name":"Eva","tags":["a","b"]},"items":[{{string.Join(',', Enumerable.Range(1, 40).Select(i => $$"""{"id":{{i}},"name":"n{{i}}"}"""))}}]}""", "a.json")).Take(2));

    [Theory]
    [InlineData("[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"c\":[3,4]}]", "Table@1 | a | b | c |\n| --- | --- | --- |\n| 1 | x |  |\n| 2 |  | 3, 4 |")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "Table@1 | a | b |\n| --- | --- |\n| 1 | x |\n| 2 | y |")]
    [InlineData("{\"cut\": \"off", "Code@1 {\"cut\": \"off")]
    [InlineData("\"just text\"", "Paragraph@1 just text")]
    public void Json_AnyShape_IsRead(string json, string block) => Assert.Equal([block], Show(Read(json, "a.json")));

    [Fact]
    public void Json_NestedWithoutEnd_IsReadAsText() => Assert.Equal(BlockKind.Code, Read(new string('[', 10_000) + "1", "a.json").Blocks[0].Kind);

    [Fact]
    public void Notebook_Cells_AreTextCodeAndResults() => Assert.Equal(["Heading1@1 Study", "Code@1 print(1)", "Code@1 1"], Show(Read(
        """{"nbformat":4,"cells":[{"cell_type":"markdown","source":["# Study"]},{"cell_type":"code","source":"print(1)","outputs":[{"text":["1\n"]},{"data":{"image/png":"AAAA"}}]}]}""", "a.ipynb")));

    [Fact]
    public void Xml_Entries_AreLinesOfNamesAndValues() => Assert.Equal(["Paragraph@1 book.id: 7\ntitle: Ship & sea\nprice: 3", "Paragraph@1 book.id: 8\ntitle: Two"],
        Show(Read("<?xml version='1.0'?><books xmlns='x'><book id='7'><title>Ship &amp; sea</title><price>3</price></book><book id='8'><title>Two</title></book></books>", "a.xml")));

    [Theory]
    [InlineData("<?xml version='1.0'?><!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a><b>kept</b></a>")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><b>kept</b><c>&x;</c></a>")]
    [InlineData("<?xml version='1.0'?><a><b>kept</b><c>")]
    public void Xml_EntitiesOrCutOff_GivesItsTextAndFetchesNothing(string xml)
    {
        var text = CanonicalText.Of(Read(xml, "a.xml")).Text;
        Assert.Contains("kept", text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Xml_EntityBomb_StaysSmall()
    {
        var entities = string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY e{i} '{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}'>"));
        var document = Read($"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e0 'lol'>{entities}]><a><b>x</b><c>&e9;</c></a>", "a.xml");
        Assert.True(CanonicalText.Of(document).Text.Length < 5_000);
    }
}
