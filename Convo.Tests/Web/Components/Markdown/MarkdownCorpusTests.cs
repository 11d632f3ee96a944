using Convo.Tests.Corpora;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

/// <summary>Texts that nobody here wrote through the renderer, whole and as they stream: never anything but what <see cref="HarmlessHtml"/> allows.</summary>
public sealed class MarkdownCorpusTests
{
    private readonly MarkdownService _markdown = new();

    [Fact]
    public void CommonMark_EveryExample_IsHarmless() => Render(Corpus.CommonMark(), 600);

    [Fact]
    public void NaughtyStrings_Every_AreHarmless() => Render(Corpus.NaughtyStrings, 500);

    [Fact]
    public void Payloads_Every_AreHarmless() => Render(Corpus.Payloads, 200);

    /// <summary>What one text leaves open must not help the next.</summary>
    [Fact]
    public void Payloads_InOneAnswer_AreHarmless() => HarmlessHtml.Require(string.Concat(_markdown.ToBlocks(string.Join('\n', Corpus.Payloads))));

    /// <summary>Raw HTML is no markup here: whoever sends it sees what they sent.</summary>
    [Fact]
    public void Payloads_Every_AreShownAsTheTextTheyAre() => Assert.All(
        Corpus.Payloads.Where(payload => payload.StartsWith("<script", StringComparison.OrdinalIgnoreCase) || payload.StartsWith("<img", StringComparison.OrdinalIgnoreCase)),
        payload => Assert.StartsWith(payload[..4], HarmlessHtml.Parse(string.Concat(_markdown.ToBlocks(payload))).TextContent, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Payloads_Streamed_AreHarmlessAtEveryStepAndEndAsTheWhole()
    {
        foreach (var payload in Corpus.Payloads)
        {
            var stream = new StreamingMarkdown(_markdown);
            var step = payload.Length < 100 ? 3 : 40;
            for (var i = 0; i < payload.Length; i += step)
            {
                stream.Append(payload.Substring(i, Math.Min(step, payload.Length - i)));
                HarmlessHtml.Require(string.Concat(stream.Snapshot()));
            }

            Assert.Equal(_markdown.ToBlocks(payload), stream.Complete(null));
        }
    }

    public static TheoryData<string> DeadAddresses =>
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "&#x6A&#x61;vascript:alert(1)", "java%0ascript:alert(1)",
        "%6aavascript:alert(1)", "\u0001javascript:alert(1)", "\u00A0javascript:alert(1)", "\u200bjavascript:alert(1)", "java\\script:alert(1)", "javascript\\:alert(1)",
        "javascript://ok.example/%0aalert(1)", "vbscript:msgbox(1)", "VBSCRIPT:x", "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/svg+xml,<svg onload=alert(1)>", "DATA:,x", "blob:https://ok.example/x", "file:///etc/passwd", "filesystem:x", "about:blank", "view-source:x", "ws://ok.example",
        "feed:javascript:alert(1)", "intent://x#Intent;end", "jar:https://ok.example!/", "ftp://ok.example/", "//ok.example/x", "/\\ok.example", "\\\\ok.example\\x", "/account/sign-out", "#x", "?x=1",
    ];

    [Theory]
    [MemberData(nameof(DeadAddresses))]
    public void Link_ToAnyOtherScheme_IsTextInEverySyntax(string address)
    {
        string[] texts =
        [
            $"[x]({address})", $"[x](<{address}>)", $"[x]( {address} \"title\")", $"[x][r]\n\n[r]: {address}", $"[x][r]\n\n[r]: <{address}> 'title'", $"[r]\n\n[r]: {address}", $"<{address}>",
            $"[![x](/a.png)]({address})", $"[x](\n{address})", $"[x](\t{address})", $"| a |\n|---|\n| [x]({address}) |", $"- [ ] [x]({address})", $"> [x]({address})", $"**[x]({address})**", $"# [x]({address})",
        ];
        foreach (var text in texts)
        {
            var html = string.Concat(_markdown.ToBlocks(text));
            HarmlessHtml.Require(html);
            Assert.Empty(HarmlessHtml.Parse(html).QuerySelectorAll("a[href]"));
        }
    }

    private void Render(IReadOnlyList<string> texts, int atLeast)
    {
        Assert.True(texts.Count > atLeast);
        Assert.All(texts, text => HarmlessHtml.Require(string.Concat(_markdown.ToBlocks(text, new HashSet<int> { 1, 2 }))));
    }
}
