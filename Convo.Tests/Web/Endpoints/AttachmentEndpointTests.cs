using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class AttachmentEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_ThroughTheRealJobs_BecomesReadyAndIsFound()
    {
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = ChildSettings() });
        using var client = app.CreateClient(await app.CreateUserAsync());

        using var created = await UploadAsync(client, "The harbour gate closes at ten in the evening."u8.ToArray(), "gate <b>.txt");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var file = await created.JsonAsync();
        var id = file.GetProperty("id").GetGuid();
        var states = await EventsAsync(client, id);

        Assert.True(states[^1].GetProperty("status").GetString() == "ready", states[^1].ToString());
        Assert.Equal("gate <b>.txt", states[^1].GetProperty("filename").GetString());
        using var search = await client.GetAsync("/api/convo/search?q=harbour+gate&mode=keyword", Token);
        var item = Assert.Single((await search.JsonAsync()).GetProperty("items").EnumerateArray());
        Assert.Equal(id, item.GetProperty("attachment_id").GetGuid());
        using var source = await client.GetAsync($"/api/convo/attachments/chunks/{item.GetProperty("chunk_id").GetGuid()}/source", Token);
        Assert.Contains("closes at ten", (await source.JsonAsync()).GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_OfAnyFile_IsADownloadThatNoBrowserRuns()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());
        var page = "<!doctype html><html><body><script>alert(1)</script><p>Hello there.</p></body></html>"u8.ToArray();
        var id = (await (await UploadAsync(client, page, "page.html")).JsonAsync()).GetProperty("id").GetGuid();

        using var content = await client.GetAsync($"/api/convo/attachments/{id}/content", Token);

        Assert.Equal(page, await content.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal("application/octet-stream", content.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", content.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(page.Length, content.Content.Headers.ContentLength);
        Assert.Equal("nosniff", content.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.StartsWith("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_WithTheThreadBeforeOrBehindTheFile_BelongsToIt(bool before)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());
        var thread = (await (await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { })).JsonAsync()).GetProperty("id").GetGuid();
        using var form = new MultipartFormDataContent();
        if (before)
        {
            form.Add(new StringContent(thread.ToString()), "thread_id");
        }

        form.Add(new ByteArrayContent("text"u8.ToArray()), "file", "a.txt");
        if (!before)
        {
            form.Add(new StringContent(thread.ToString()), "thread_id");
        }

        using var response = await client.PostAsync("/api/convo/attachments", form, Token);

        Assert.Equal(thread, (await response.JsonAsync()).GetProperty("thread_id").GetGuid());
    }

    [Fact]
    public async Task Upload_OfWhatCannotBe_IsAClearRefusal()
    {
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = new() { ["Convo:Attachments:MaxBytes"] = "1000000" } });
        using var client = app.CreateClient(await app.CreateUserAsync());
        byte[] program = [0x7F, 0x45, 0x4C, 0x46, .. new byte[100]];

        await (await UploadAsync(client, [], "a.txt")).ShouldBeProblemAsync(HttpStatusCode.BadRequest, "file_empty");
        await (await UploadAsync(client, program, "a.pdf")).ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_type");
        await (await UploadAsync(client, Encoding.ASCII.GetBytes(new string('a', 1_000_001)), "a.txt")).ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file_too_large");
        await (await UploadAsync(client, "x"u8.ToArray(), "a.txt", ("thread_id", "no id"))).ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        await (await UploadAsync(client, "x"u8.ToArray(), "a.txt", ("thread_id", "0198c5a0-0000-7000-8000-000000000000"))).ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var json = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/attachments", new { });
        await json.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_type");
        using var broken = new ByteArrayContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of it"u8.ToArray());
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        await (await client.PostAsync("/api/convo/attachments", broken, Token)).ShouldBeProblemAsync(HttpStatusCode.BadRequest, "upload_incomplete");
        using var list = await client.GetAsync("/api/convo/attachments", Token);
        Assert.Empty((await list.JsonAsync()).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task EveryRoute_OfAnothersFile_Is404()
    {
        var app = await ConvoApp.SharedAsync();
        using var owner = app.CreateClient(await app.CreateUserAsync());
        using var other = app.CreateClient(await app.CreateUserAsync());
        var id = (await (await UploadAsync(owner, "secret"u8.ToArray(), "a.txt")).JsonAsync()).GetProperty("id").GetGuid();

        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/content"), ("GET", "/events"), ("POST", "/retry"), ("DELETE", "") })
        {
            using var response = await other.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/convo/attachments/{id}{path}"), Token);
            await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    /// <summary>Under test the process is the test runner: the reading child is Convo's own program beside it.</summary>
    private static Dictionary<string, string?> ChildSettings() => new()
    {
        ["Convo:Extraction:Command:0"] = "dotnet",
        ["Convo:Extraction:Command:1"] = Path.Combine(AppContext.BaseDirectory, "Convo.Web.dll"),
        ["Convo:Extraction:Command:2"] = "extract",
    };

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, byte[] bytes, string name, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (field, value) in fields)
        {
            form.Add(new StringContent(value), field);
        }

        form.Add(new ByteArrayContent(bytes), "file", name);
        return await client.PostAsync("/api/convo/attachments", form, Token);
    }

    private static async Task<List<JsonElement>> EventsAsync(HttpClient client, Guid id)
    {
        var text = await client.GetStringAsync($"/api/convo/attachments/{id}/events", Token);
        return [.. text.Split('\n').Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l[6..]).RootElement)];
    }
}
