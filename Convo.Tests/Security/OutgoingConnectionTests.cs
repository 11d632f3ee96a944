using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Tests.Core.Knowledge.Extraction;
using Convo.Tests.Core.Knowledge.Readers;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>
/// Convo connects to what its operator names in the settings and to nothing else: no request, no file, no answer and no administrator moves it
/// anywhere. A listener on loopback counts who comes.
/// </summary>
public sealed class OutgoingConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every member of every body of every route, as member and as administrator, and members that peers have had.</summary>
    [Fact]
    public async Task Address_InAnyMemberOfAnyBody_IsNeverDialled()
    {
        using var listener = Listen();
        await using var app = await ConvoApp.StartAsync();
        var victim = await Victim.CreateAsync(app);
        using var member = app.CreateClient(victim.User);
        using var admin = app.CreateClient(app.Admin);
        var tried = 0;
        foreach (var address in Spellings(listener))
        {
            foreach (var route in MappedRoutes.Of(app))
            {
                if (RouteTable.Rules[route.Name] is not { Body: { } body } rule) continue;
                var client = rule.Access is RouteAccess.Admin ? admin : member;
                using var response = await client.SendAsync(Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), With(victim.Fill(body), address)), Token);
                Assert.True((int)response.StatusCode is < 500 or 503, $"{route.Name}: {(int)response.StatusCode}");
                tried++;
            }
        }

        Assert.True(tried > 50, $"only {tried} requests were tried");
        Assert.False(listener.Pending());
    }

    /// <summary>Whoever gives a route a member that is an address has to come by here, and to guard what dials it.</summary>
    [Fact]
    public async Task Requests_HaveNoMemberThatIsAnAddress()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Token));
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        var sent = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
            .Where(operation => operation.Value.TryGetProperty("requestBody", out _)).SelectMany(operation => Named(operation.Value.GetProperty("requestBody"))).ToHashSet();
        while (sent.SelectMany(name => Named(schemas.GetProperty(name))).FirstOrDefault(name => !sent.Contains(name)) is { } more)
        {
            sent.Add(more);
        }

        var members = sent.Where(name => schemas.GetProperty(name).TryGetProperty("properties", out _))
            .SelectMany(name => schemas.GetProperty(name).GetProperty("properties").EnumerateObject().Select(member => (Schema: name, Member: member.Name))).ToList();

        Assert.True(members.Count > 50, $"only {members.Count} members");
        Assert.DoesNotContain(members, found => found.Member.Split('_').Any(word => word is "url" or "uri" or "endpoint" or "host" or "address" or "base" or "proxy" or "webhook" or "callback"));
    }

    [Theory]
    [InlineData("page.html")]
    [InlineData("page.xml")]
    [InlineData("page.svg")]
    [InlineData("page.md")]
    [InlineData("page.eml")]
    [InlineData("page.docx")]
    public async Task Address_InAFile_IsNeverDialled(string name)
    {
        using var listener = Listen();
        var at = $"http://{listener.LocalEndpoint}";
        var markup = $"<link rel=stylesheet href={at}/a.css><script src={at}/b.js></script><base href={at}/><img src={at}/c.png><iframe src={at}/d></iframe><style>@import url({at}/e.css)</style><p>Hello.</p>";
        var xml = $"<!DOCTYPE x [<!ENTITY % p SYSTEM \"{at}/p.dtd\"> %p; <!ENTITY e SYSTEM \"{at}/e.txt\">]><x xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"{at}/i.xml\"/><a>Hello. &e;</a></x>";
        var bytes = Path.GetExtension(name) switch
        {
            ".html" => Encoding.UTF8.GetBytes($"<!doctype html><html manifest={at}/m>{markup}</html>"),
            ".md" => Encoding.UTF8.GetBytes($"# Hello\n\n![x]({at}/a.png)\n\n{markup}\n"),
            ".eml" => Encoding.UTF8.GetBytes($"From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n{markup}\r\n--b\r\nContent-Type: message/external-body; access-type=URL; URL=\"{at}/x\"\r\n\r\n\r\n--b--\r\n"),
            ".docx" => Reading.Docx(
                "<w:p><w:r><w:t>Hello.</w:t></w:r></w:p>",
                ("word/_rels/document.xml.rels", $"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate' Target='{at}/t.dotm' TargetMode='External'/><Relationship Id='r2' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/image' Target='{at}/i.png' TargetMode='External'/></Relationships>")),
            _ => Encoding.UTF8.GetBytes(xml),
        };

        try
        {
            await Child.Real().ReadAsync(bytes, name);
        }
        catch (ExtractionException)
        {
            // To refuse it is as good as to read it.
        }

        Assert.False(listener.Pending());
    }

    /// <summary>An answer that says "look over there": whoever the settings name is asked, and nobody else.</summary>
    [Fact]
    public async Task Redirect_OfAServerOfTheSettings_IsNotFollowed()
    {
        using var listener = Listen();
        await using var stub = await ProviderStub.StartAsync();
        var status = 301;
        StubReply elsewhere = (request, http) => Replies.Error(status, "{}", ("Location", $"http://{listener.LocalEndpoint}/v1/chat/completions"))(request, http);
        stub.Respond = _ => elsewhere;
        stub.EmbeddingsReply = stub.ModelsReply = elsewhere;
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = new()
            {
                ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model", ["CONVO_DEFAULT_MODEL"] = "stub-model",
                ["CONVO_DISCOVER_MODELS"] = "true",
            },
        });
        using var client = app.CreateClient(await app.CreateUserAsync());

        foreach (var code in new[] { 301, 302, 303, 307, 308 })
        {
            status = code;
            using var answer = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "hi" });
            Assert.Equal("error", (await SseEvent.ReadAllAsync(answer, Token))[^1].Name);
        }

        Assert.Equal(5, stub.ChatRequests.Count);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Address_InAnUploadOrAnImport_IsNeverDialled()
    {
        using var listener = Listen();
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());
        var at = $"http://{listener.LocalEndpoint}/x.png";
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes($"See {at}")), "file", at }, { new StringContent(at), "url" } };
        form.Last().Headers.Add("Content-Location", at);
        using var uploaded = await client.PostAsync("/api/convo/attachments", form, Token);
        var import = new JsonArray(new JsonObject
        {
            ["title"] = at, ["create_time"] = 1, ["current_node"] = "b", ["mapping"] = new JsonObject
            {
                ["a"] = new JsonObject { ["id"] = "a", ["parent"] = null, ["children"] = new JsonArray("b"), ["message"] = new JsonObject { ["author"] = new JsonObject { ["role"] = "user" }, ["content"] = new JsonObject { ["content_type"] = "text", ["parts"] = new JsonArray($"![x]({at})") } } },
                ["b"] = new JsonObject { ["id"] = "b", ["parent"] = "a", ["children"] = new JsonArray(), ["message"] = new JsonObject { ["author"] = new JsonObject { ["role"] = "assistant" }, ["content"] = new JsonObject { ["content_type"] = "multimodal_text", ["parts"] = new JsonArray(new JsonObject { ["content_type"] = "image_asset_pointer", ["asset_pointer"] = at }, at) } } },
            },
        });
        using var imported = await client.PostAsync("/api/convo/threads/import", new StringContent(import.ToJsonString(), new MediaTypeHeaderValue("application/json")), Token);

        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        Assert.False(listener.Pending());
    }

    /// <summary>The schemas that a piece of the document refers to.</summary>
    private static IEnumerable<string> Named(JsonElement piece) =>
        piece.GetRawText().Split("#/components/schemas/").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string[] Spellings(TcpListener listener)
    {
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return [$"http://127.0.0.1:{port}/v1", $"http://[::ffff:7f00:1]:{port}/v1", $"http://localhost.:{port}/v1"];
    }

    /// <summary>The address in every member that takes text, and in members that have steered servers elsewhere.</summary>
    private static string With(string body, string address)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        foreach (var (name, value) in json.ToList())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var said) && !Guid.TryParse(said, out _) && name is not ("role" or "scope" or "window" or "format")) json[name] = address;
        }

        foreach (var name in new[] { "api_base", "base_url", "baseUrl", "endpoint", "url", "image_url", "callback_url", "webhook", "proxy", "provider_url", "picture", "avatar", "icon" })
        {
            json.TryAdd(name, address);
        }

        return json.ToJsonString();
    }
}
