namespace Convo.Tests.Core.Knowledge.Readers;

/// <summary>The smallest packages that are a workbook or a presentation, in either dialect of the format.</summary>
internal static class OfficeFiles
{
    private const string Relationships = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>";
    private const string Transitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";

    /// <param name="sheets">Name, attributes of its entry in the book, XML of the worksheet's children.</param>
    public static byte[] Xlsx(
        IReadOnlyList<(string Name, string Attributes, string Content)> sheets, string strings = "", string styles = "", string book = "", bool strict = false)
    {
        var space = strict ? "http://purl.oclc.org/ooxml/spreadsheetml/main" : "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        var relations = strict ? Strict : Transitional;
        var numbers = Enumerable.Range(1, sheets.Count).ToList();
        return Reading.Zip([
            ("[Content_Types].xml", Types(numbers.Select(i => ($"/xl/worksheets/sheet{i}.xml", "spreadsheetml.worksheet+xml"))
                .Concat([("/xl/workbook.xml", "spreadsheetml.sheet.main+xml"), ("/xl/sharedStrings.xml", "spreadsheetml.sharedStrings+xml"), ("/xl/styles.xml", "spreadsheetml.styles+xml")]))),
            ("_rels/.rels", $"{Relationships}<Relationship Id='r1' Type='{relations}/officeDocument' Target='xl/workbook.xml'/></Relationships>"),
            ("xl/_rels/workbook.xml.rels", Relationships + string.Concat(numbers.Select(i => $"<Relationship Id='s{i}' Type='{relations}/worksheet' Target='worksheets/sheet{i}.xml'/>"))
                + $"<Relationship Id='t' Type='{relations}/sharedStrings' Target='sharedStrings.xml'/><Relationship Id='y' Type='{relations}/styles' Target='styles.xml'/></Relationships>"),
            ("xl/workbook.xml", $"<workbook xmlns='{space}' xmlns:r='{relations}'><sheets>"
                + string.Concat(numbers.Select(i => $"<sheet name='{sheets[i - 1].Name}' sheetId='{i}' {sheets[i - 1].Attributes} r:id='s{i}'/>")) + $"</sheets>{book}</workbook>"),
            ("xl/sharedStrings.xml", $"<sst xmlns='{space}'>{strings}</sst>"),
            ("xl/styles.xml", $"<styleSheet xmlns='{space}'>{styles}</styleSheet>"),
            .. numbers.Select(i => ($"xl/worksheets/sheet{i}.xml", $"<worksheet xmlns='{space}'>{sheets[i - 1].Content}</worksheet>")),
        ]);
    }

    /// <param name="slides">XML of the shape tree, and of the notes' shape tree or null.</param>
    public static byte[] Pptx(params (string Shapes, string? Notes)[] slides)
    {
        const string Spaces = "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' xmlns:r='" + Transitional + "'";
        var parts = new List<(string, string)>();
        var types = new List<(string, string)> { ("/ppt/presentation.xml", "presentationml.presentation.main+xml") };
        for (var i = 1; i <= slides.Length; i++)
        {
            types.Add(($"/ppt/slides/slide{i}.xml", "presentationml.slide+xml"));
            parts.Add(($"ppt/slides/slide{i}.xml", $"<p:sld {Spaces}{(slides[i - 1].Shapes.StartsWith("<!--hidden-->", StringComparison.Ordinal) ? " show='0'" : "")}><p:cSld><p:spTree>{slides[i - 1].Shapes}</p:spTree></p:cSld></p:sld>"));
            if (slides[i - 1].Notes is not { } notes)
                continue;
            types.Add(($"/ppt/notesSlides/notesSlide{i}.xml", "presentationml.notesSlide+xml"));
            parts.Add(($"ppt/notesSlides/notesSlide{i}.xml", $"<p:notes {Spaces}><p:cSld><p:spTree>{notes}</p:spTree></p:cSld></p:notes>"));
            parts.Add(($"ppt/slides/_rels/slide{i}.xml.rels", $"{Relationships}<Relationship Id='n' Type='{Transitional}/notesSlide' Target='../notesSlides/notesSlide{i}.xml'/></Relationships>"));
        }
        var numbers = Enumerable.Range(1, slides.Length).ToList();
        return Reading.Zip([
            ("[Content_Types].xml", Types(types)),
            ("_rels/.rels", $"{Relationships}<Relationship Id='r1' Type='{Transitional}/officeDocument' Target='ppt/presentation.xml'/></Relationships>"),
            // The order of the show is not the order of the files.
            ("ppt/presentation.xml", $"<p:presentation {Spaces}><p:sldIdLst>" + string.Concat(numbers.AsEnumerable().Reverse().Select(i => $"<p:sldId id='{255 + i}' r:id='s{i}'/>")) + "</p:sldIdLst></p:presentation>"),
            ("ppt/_rels/presentation.xml.rels", Relationships + string.Concat(numbers.Select(i => $"<Relationship Id='s{i}' Type='{Transitional}/slide' Target='slides/slide{i}.xml'/>")) + "</Relationships>"),
            .. parts,
        ]);
    }

    public static string Shape(string placeholder, params string[] paragraphs) =>
        $"<p:sp><p:nvSpPr><p:cNvPr id='2' name='x'/><p:cNvSpPr/><p:nvPr>{(placeholder.Length > 0 ? $"<p:ph type='{placeholder}'/>" : "")}</p:nvPr></p:nvSpPr><p:txBody>"
        + string.Concat(paragraphs.Select(text => text.StartsWith('<') ? text : $"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")) + "</p:txBody></p:sp>";

    private static string Types(IEnumerable<(string Part, string Type)> types) =>
        "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        + "<Default Extension='xml' ContentType='application/xml'/>"
        + string.Concat(types.Select(type => $"<Override PartName='{type.Part}' ContentType='application/vnd.openxmlformats-officedocument.{type.Type}'/>")) + "</Types>";
}
