using Convo.Tests.Fixtures;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

/// <summary>Convo draws no diagrams: what is a program of a diagram or a vector picture elsewhere is the text of a code block here.</summary>
public sealed class DiagramTests
{
    private static readonly string[] Programs =
    [
        "graph TD; A-->B\nclick A href \"javascript:alert(1)\"",
        "%%{init: {\"securityLevel\": \"loose\", \"htmlLabels\": true}}%%\ngraph TD; A[\"<img src=x onerror=alert(1)>\"]",
        "---\nconfig:\n  securityLevel: loose\n---\nflowchart LR\n  A@{ img: \"https://evil.example/x.png\" }\n  click A call alert(1)",
        "sequenceDiagram\n  participant A\n  link A: x @ javascript:alert(1)",
        "<svg onload=alert(1)><foreignObject><body><script>alert(1)</script></body></foreignObject></svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><a xlink:href=\"javascript:alert(1)\"><text>x</text></a><use href=\"data:image/svg+xml,x#y\"/></svg>",
        "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
        "\\href{javascript:alert(1)}{x} $\\unicode{<img src=x onerror=alert(1)>}$",
    ];

    private readonly MarkdownService _markdown = new();

    public static TheoryData<string, string> Fences
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var language in new[] { "mermaid", "svg", "html", "xml", "math", "latex", "plantuml", "dot", "vega", "{.mermaid}", "mermaid onload=alert(1)" })
            {
                foreach (var program in Programs)
                {
                    data.Add(language, program);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Fences))]
    public void Fence_OfADiagram_IsItsTextInACodeBlock(string language, string program)
    {
        var html = string.Concat(_markdown.ToBlocks($"```{language}\n{program}\n```\n"));

        HarmlessHtml.Require(html);
        var code = Assert.Single(HarmlessHtml.Parse(html).QuerySelectorAll("pre > code"));
        Assert.Empty(code.Children);
        Assert.Equal(program + "\n", code.TextContent);
        Assert.False(code.HasAttribute("class"));
    }

    [Fact]
    public void Diagram_OutsideOfAFence_IsText() => Assert.All(Programs, program =>
    {
        var html = string.Concat(_markdown.ToBlocks(program));
        HarmlessHtml.Require(html);
        Assert.Empty(HarmlessHtml.Parse(html).QuerySelectorAll("svg, math, foreignObject, img, iframe, object, a[href^=javascript]"));
    });

    /// <summary>Whoever adds a drawing library has to come by here, and to put its strict mode to the test.</summary>
    [Fact]
    public void Pages_LoadNoDrawingLibrary()
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Convo.Web", "wwwroot"), "*.js", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "Convo.Web", "Components"), "*.js", SearchOption.AllDirectories))
            .Select(path => (Name: Path.GetFileName(path), Text: File.ReadAllText(path))).ToList();

        Assert.NotEmpty(scripts);
        Assert.DoesNotContain(scripts, script => script.Name.Contains("mermaid", StringComparison.OrdinalIgnoreCase) || script.Name.Contains("katex", StringComparison.OrdinalIgnoreCase)
            || script.Text.Contains("createElementNS", StringComparison.Ordinal) || script.Text.Contains("mermaid.initialize", StringComparison.Ordinal));
    }
}
