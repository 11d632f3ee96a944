using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class OpenDocumentTests
{
    private const string Spaces = "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:text='t' xmlns:table='tb' xmlns:draw='d' xmlns:presentation='p' xmlns:dc='dc'";

    [Fact]
    public void Odt_Structure_IsKeptAndDeletionsAreNotShown() => Assert.Equal(
        ["Heading1@1 Plan", "Paragraph@1 Two words and a note.", "Paragraph@1 The note.", "ListItem1@1 outer", "ListItem2@1 inner",
            "Table@1 | A | B |\n| --- | --- |\n| 1 | 2 |", "Paragraph@1 Comment (Eva): why?", "Paragraph@1 Letterhead"],
        Show(Read(Odf("text", """
            <text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion></text:changed-region></text:tracked-changes>
            <text:h text:outline-level="1">Plan</text:h>
            <text:p>Two<text:s text:c="2"/>words<text:tab/>and a note<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>The note.</text:p></text:note-body></text:note>.</text:p>
            <text:list><text:list-item><text:p>outer</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item></text:list>
            <table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell><text:p>B</text:p></table:table-cell></table:table-row></table:table-header-rows>
            <table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>
            <text:p><office:annotation><dc:creator>Eva</dc:creator><text:p>why?</text:p></office:annotation></text:p>
            """, ("styles.xml", $"<office:document-styles {Spaces}><office:master-styles><x><header><text:p>Letterhead</text:p></header><footer><text:p>Letterhead</text:p></footer></x></office:master-styles></office:document-styles>")), "a.odt")));

    [Fact]
    public void Ods_Sheets_ArePagesAndRepeatsAreBounded() => Assert.Equal(
        ["Heading1@1 Data", "Heading2@1 Data A1:C2", "Table@1 | x | x | y |\n| --- | --- | --- |\n| 1 | 2 € |  |", "Heading1@2 More", "Paragraph@2 end"],
        Show(Read(Odf("spreadsheet", """
            <table:table table:name="Data"><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell><table:table-cell><text:p>y</text:p></table:table-cell></table:table-row>
            <table:table-row><table:table-cell office:value-type="float" office:value="1"/><table:table-cell><text:p>2 €</text:p></table:table-cell></table:table-row>
            <table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
            <table:table table:name="More"><table:table-row><table:table-cell><text:p>end</text:p></table:table-cell></table:table-row></table:table>
            """), "a.ods")));

    [Fact]
    public void Odp_Slides_ArePagesWithNotes() => Assert.Equal(["Heading1@1 Hello", "Paragraph@1 text", "Paragraph@1 Notes: say so", "Paragraph@2 two"],
        Show(Read(Odf("presentation", """
            <draw:page><draw:frame><draw:text-box><text:p>text</text:p></draw:text-box></draw:frame><draw:frame presentation:class="title"><draw:text-box><text:p>Hello</text:p></draw:text-box></draw:frame>
            <presentation:notes><draw:frame><draw:text-box><text:p>say so</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
            <draw:page><draw:frame><draw:text-box><text:p>two</text:p></draw:text-box></draw:frame></draw:page>
            """), "a.odp")));

    [Fact]
    public void Read_Protected_SaysSo() => Assert.Equal(ExtractionCodes.Encrypted,
        Fails(() => Read(Odf("text", "<text:p>x</text:p>", ("META-INF/manifest.xml", "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>")), "a.odt")));

    [Fact]
    public void Read_FlatFile_IsTheSame() => Assert.Equal(["Paragraph@1 flat"], Show(Read(
        $"<?xml version='1.0'?><office:document {Spaces} office:mimetype='application/vnd.oasis.opendocument.text'><office:body><office:text><text:p>flat</text:p></office:text></office:body></office:document>", "a.fodt")));

    [Fact]
    public void Read_NestedWithoutEnd_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("<text:section>", 5_000)) + "<text:p>x</text:p>" + string.Concat(Enumerable.Repeat("</text:section>", 5_000));
        Assert.Equal(ExtractionCodes.Damaged, Fails(() => Read(Odf("text", deep), "a.odt")));
    }

    private static byte[] Odf(string kind, string body, params (string Name, string Text)[] more) => Zip([("mimetype", $"application/vnd.oasis.opendocument.{kind}"),
        ("content.xml", $"<office:document-content {Spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"), .. more]);
}
