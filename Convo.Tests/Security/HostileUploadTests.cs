using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>Multipart bodies without measure, names that are paths, sizes that are lies, and files that are another kind than they say.</summary>
public sealed class HostileUploadTests(HostileUploadTests.World world) : IClassFixture<HostileUploadTests.World>
{
    private const int MaxBytes = 1_000_000;

    private const string Head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Bodies
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var kind in new[] { "twice the limit", "a boundary that goes on", "ten thousand parts", "a header of a megabyte", "ten thousand headers", "a field of ten megabytes", "no file at all", "files without end" })
            {
                data.Add(kind, true);
                data.Add(kind, false);
            }

            return data;
        }
    }

    /// <param name="chunked">Without a Content-Length, so that only what really arrives can be counted.</param>
    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Multipart_WithoutMeasure_IsA4xxAndKeepsNothing(string kind, bool chunked)
    {
        using var client = world.App.CreateClient(world.User);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/convo/attachments") { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(Body(kind))) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;

        HttpStatusCode? status = null;
        try
        {
            using var response = await client.SendAsync(request, Token);
            status = response.StatusCode;
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
        catch (HttpRequestException)
        {
            // Refused while it still sent: the connection is closed on what nobody will read.
        }

        Assert.True(status is null or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM attachments WHERE owner_id = @Id"));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM attachment_blobs b JOIN attachments a ON a.id = b.attachment_id WHERE a.owner_id = @Id"));
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=" + Long)]
    [InlineData("multipart/mixed; boundary=b")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Multipart_WithoutABoundary_IsA4xx(string type)
    {
        using var client = world.App.CreateClient(world.User);
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(Head + "x\r\n--b--\r\n"));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await client.PostAsync("/api/convo/attachments", content, Token);

        Assert.True(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType, $"{response.StatusCode}");
    }

    private const string Long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>No other route takes a form, so none can be without these limits.</summary>
    [Fact]
    public async Task Multipart_ToAnyOtherRoute_IsA4xx()
    {
        var victim = await Victim.CreateAsync(world.App);
        using var client = world.App.CreateClient(world.App.Admin);
        foreach (var route in MappedRoutes.Of(world.App).Where(route => route.Method is "POST" or "PUT" or "PATCH" && !route.Pattern.StartsWith("/account", StringComparison.Ordinal) && route.Name != "POST /api/convo/attachments"))
        {
            var rule = RouteTable.Rules[route.Name];
            using var form = new MultipartFormDataContent { { new StringContent("x"), "content" }, { new ByteArrayContent("{}"u8.ToArray()), "file", "a.json" } };
            using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(route.Method), victim.Fill(rule.Path ?? route.Pattern)) { Content = form }, Token);
            Assert.True((int)response.StatusCode is >= 400 and < 500 || rule.Body is null or "{}", $"{route.Name}: {(int)response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("../../../etc/passwd.txt")]
    [InlineData("..\\..\\x.txt")]
    [InlineData("%2e%2e%2fx.txt")]
    [InlineData("/etc/x.txt")]
    [InlineData("C:\\x.txt")]
    [InlineData("\\\\host\\share\\x.txt")]
    [InlineData("a\u0000.pdf.txt")]
    [InlineData("CON.txt")]
    [InlineData(".txt")]
    [InlineData("cache_sibling/x.txt")]
    [InlineData("evil\u202Etxt.exe.txt")]
    [InlineData("<img src=x onerror=alert(1)>.txt")]
    [InlineData("\"; filename*=UTF-8''x; x=\".txt")]
    [InlineData("x\r\nX-Injected: 1.txt")]
    public async Task Name_ThatIsAPath_IsOnlyWhatIsShown(string name)
    {
        using var client = world.App.CreateClient(await world.App.CreateUserAsync());
        using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello."u8.ToArray()), "file", "placeholder" } };
        var disposition = form.First().Headers;
        disposition.Remove("Content-Disposition");
        disposition.TryAddWithoutValidation("Content-Disposition", $"form-data; name=file; filename*=UTF-8''{Uri.EscapeDataString(name)}");

        using var created = await client.PostAsync("/api/convo/attachments", form, Token);

        var text = await created.Content.ReadAsStringAsync(Token);
        Assert.True(created.StatusCode is HttpStatusCode.Created, text);
        var body = await created.JsonAsync();
        var shown = body.GetProperty("filename").GetString()!;
        Assert.DoesNotContain(shown, c => c is '/' or '\\' or '\0' or '\r' or '\n' or '\u202E');
        Assert.Equal(7, body.GetProperty("id").GetGuid().Version);
        Assert.DoesNotContain(AppContext.BaseDirectory, text, StringComparison.Ordinal);
        using var content = await client.GetAsync($"/api/convo/attachments/{body.GetProperty("id").GetGuid()}/content", Token);
        Assert.Equal("Hello.", await content.Content.ReadAsStringAsync(Token));
        Assert.False(content.Headers.Contains("X-Injected"));
    }

    /// <summary>Content that a browser would run if it were let: whatever the name says, it comes back as a download of no type.</summary>
    [Theory]
    [InlineData("pwn.pdf", "<!doctype html><script>alert(1)</script>")]
    [InlineData("pwn.txt", "<html><body onload=alert(1)>")]
    [InlineData("pwn.png", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")]
    [InlineData("pwn.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("pwn.html", "<script>alert(1)</script>")]
    [InlineData("pwn.xhtml", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>")]
    [InlineData("pwn.wav", "RIFF\0\0\0\0WAVE<script>alert(1)</script>")]
    [InlineData("pwn.gif.html", "GIF89a/*<script>*/=1;alert(1)/*</script>*/")]
    public async Task Content_OfAnotherKind_IsRefusedOrADownload(string name, string text)
    {
        using var client = world.App.CreateClient(await world.App.CreateUserAsync());
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.Latin1.GetBytes(text)), "file", name } };
        form.First().Headers.ContentType = new MediaTypeHeaderValue("text/html");

        using var created = await client.PostAsync("/api/convo/attachments", form, Token);

        if (created.StatusCode is HttpStatusCode.UnsupportedMediaType or HttpStatusCode.BadRequest) return;
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (await created.JsonAsync()).GetProperty("id").GetGuid();
        foreach (var range in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/convo/attachments/{id}/content");
            request.Headers.Accept.ParseAdd("text/html");
            if (range) request.Headers.Range = new RangeHeaderValue(0, 3);
            using var content = await client.SendAsync(request, Token);
            Assert.Equal(("application/octet-stream", "attachment"), (content.Content.Headers.ContentType?.MediaType, content.Content.Headers.ContentDisposition?.DispositionType));
            Assert.Equal("nosniff", content.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.StartsWith("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    /// <summary>What a client says of the size counts for nothing: what arrived does.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    public async Task Size_SaidByTheClient_IsNotBelieved(string size)
    {
        using var client = world.App.CreateClient(await world.App.CreateUserAsync());
        using var form = new MultipartFormDataContent { { new StringContent(size), "size" }, { new StringContent(size), "size_bytes" }, { new ByteArrayContent("Hello."u8.ToArray()), "file", "a.txt" } };
        form.Last().Headers.TryAddWithoutValidation("Content-Length", size);
        form.Last().Headers.ContentDisposition!.Size = 1;

        using var created = await client.PostAsync("/api/convo/attachments", form, Token);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(6, (await created.JsonAsync()).GetProperty("size").GetInt64());
    }

    private Task<long> CountAsync(string sql) => world.App.Database.Db.ScalarAsync<long>(sql, new { world.User.Id }, Token);

    private static string Body(string kind) => kind switch
    {
        "twice the limit" => Head + new string('x', 2 * MaxBytes) + "\r\n--b--\r\n",
        "a boundary that goes on" => "--b" + new string('-', 10_000_000),
        "ten thousand parts" => string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n", 10_000)) + "--b--\r\n",
        "a header of a megabyte" => "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"; x=\"" + new string('x', 1_000_000) + "\"\r\n\r\nx\r\n--b--\r\n",
        "ten thousand headers" => "--b\r\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: 1\r\n")) + "\r\nx\r\n--b--\r\n",
        "a field of ten megabytes" => "--b\r\nContent-Disposition: form-data; name=\"thread_id\"\r\n\r\n" + new string('0', 10_000_000) + "\r\n--b--\r\n",
        "no file at all" => "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n",
        _ => Head + "x\r\n" + string.Concat(Enumerable.Repeat(Head + "x\r\n", 5_000)),
    };

    /// <summary>One app whose files may have a megabyte.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal ConvoApp App { get; private set; } = null!;

        internal TestUser User { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = new() { ["Convo:Attachments:MaxBytes"] = $"{MaxBytes}" } });
            User = await App.CreateUserAsync();
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
