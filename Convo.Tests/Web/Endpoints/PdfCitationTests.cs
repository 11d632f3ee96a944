using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Tests.Core.Models;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;

namespace Convo.Tests.Web.Endpoints;

/// <summary>
/// Facts that stand on known pages of real PDFs (found there with another program), asked through the API and answered by the Quoter: the
/// cited page is the right one, and the quoted words stand on it.
/// </summary>
public sealed class PdfCitationTests
{
    private static readonly (string File, int Page, string Question, string Words)[] Facts =
    [
        ("pdfpig/SpecificTestDocuments/0000301.pdf", 11, "How many observations per cell are there between subjects in separated treatments?", "observations per cell"),
        ("pdfpig/SpecificTestDocuments/93101_1.pdf", 5, "Who visually checks the points position?", "signalman visually checks points position"),
        ("pdfpig/Documents/GHOSTSCRIPT-700236-1.pdf", 3, "Which company cancelled its joint venture with Psion to develop a GPRS phone?", "Motorola cancelled its joint venture with Psion"),
        ("pdfpig/SpecificTestDocuments/0000505.pdf", 3, "How many suicide attacks did last year witness?", "ninety-eight suicide attacks"),
        ("kernel-memory/archived/km-v1/examples/205-dotnet-extract-text-from-docs/file1.pdf", 3, "What is Yarn used for?", "Yarn is used for installing web apps"),
        ("pypdf/resources/Seige_of_Vicksburg_Sample_OCR-crazyones-merged.pdf", 3, "What happened to the friend from the 96th Ohio?", "A friend from the 96th Ohio"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_FromRealPdfs_CitesTheRightPageWithWordsThatStandOnIt()
    {
        var folder = SharedData.Find(Path.Combine("docs", "real"));
        Assert.SkipWhen(folder is null, "The folder shared/data is not on this machine.");
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["Convo:Extraction:Command:0"] = "dotnet",
                ["Convo:Extraction:Command:1"] = Path.Combine(AppContext.BaseDirectory, "Convo.Web.dll"),
                ["Convo:Extraction:Command:2"] = "extract",
            },
        });
        using var client = app.CreateClient(await app.CreateUserAsync());
        var collection = (await (await client.SendJsonAsync(HttpMethod.Post, "/api/convo/collections", new { name = "Papers" })).JsonAsync()).GetProperty("id").GetGuid();
        foreach (var file in Facts.Select(fact => fact.File))
        {
            await UploadAsync(client, Path.Combine(folder!, file), collection);
        }

        foreach (var (file, page, question, words) in Facts)
        {
            var citations = await AskAsync(client, collection, question);

            var right = citations.Where(c => c.GetProperty("filename").GetString() == Path.GetFileName(file)
                && c.GetProperty("page_from").GetInt32() <= page && c.GetProperty("page_to").GetInt32() >= page
                && Letters(c.GetProperty("quote").GetString()!).Contains(Letters(words), StringComparison.Ordinal)).ToList();
            Assert.True(right.Count > 0, $"“{question}” was answered with {string.Join(" ", citations)}");
            Assert.True(right[0].GetProperty("verified").GetBoolean());
            using var source = await client.GetAsync($"/api/convo/attachments/chunks/{right[0].GetProperty("chunk_id").GetGuid()}/source", Token);
            Assert.Contains(Letters(right[0].GetProperty("quote").GetString()!), Letters((await source.JsonAsync()).GetProperty("text").GetString()!), StringComparison.Ordinal);
        }
    }

    private static async Task UploadAsync(HttpClient client, string path, Guid collection)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(collection.ToString()), "collection_id" }, { new ByteArrayContent(await File.ReadAllBytesAsync(path, Token)), "file", Path.GetFileName(path) },
        };
        using var response = await client.PostAsync("/api/convo/attachments", form, Token);
        var id = (await response.JsonAsync()).GetProperty("id").GetGuid();
        var events = await client.GetStringAsync($"/api/convo/attachments/{id}/events", Token);
        Assert.Contains("\"status\":\"ready\"", events, StringComparison.Ordinal);
    }

    private static async Task<List<JsonElement>> AskAsync(HttpClient client, Guid collection, string question)
    {
        using var created = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { collection_ids = new[] { collection } });
        var thread = (await created.JsonAsync()).GetProperty("id").GetGuid();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/convo/threads/{thread}/messages") { Content = JsonContent.Create(new { content = question }, options: ConvoJson.Options) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await client.SendAsync(request, Token);
        var events = await SseEvent.ReadAllAsync(response, Token);
        return [.. events.Where(e => e.Name == "citations").SelectMany(e => e.Data.GetProperty("citations").EnumerateArray())];
    }

    private static string Letters(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
