using System.Net;
using System.Text;
using System.Text.Json;
using Convo.Core.Knowledge;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Data.Knowledge;

/// <summary>The reranker's wire format, spoken by a server on the loopback address.</summary>
public sealed class RerankTests
{
    private const string Question = "harbour gate";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retrieve_WithAReranker_TakesItsOrderAndKeepsItsScores()
    {
        await using var server = new RerankServer(documents => (200, Results(documents.Select((text, i) => (i, text.Contains("holidays", StringComparison.Ordinal) ? 0.9 : 0.1)))));
        await using var engine = await StartAsync(server);

        var retrieval = await engine.Retriever.RetrieveAsync(engine.Owner, new RetrievalQuery(Question, RetrievalScope.Everything), Token);

        Assert.Equal("holidays.txt", retrieval.Passages[0].Filename);
        Assert.Equal((0.9, 0.1), (retrieval.Passages[0].RerankScore, retrieval.Passages[1].RerankScore));
        Assert.Equal("judge-1", retrieval.Reranker);
        using var sent = JsonDocument.Parse(Assert.Single(server.Requests));
        Assert.Equal(("judge-1", Question, 2), (sent.RootElement.GetProperty("model").GetString(), sent.RootElement.GetProperty("query").GetString(), sent.RootElement.GetProperty("top_n").GetInt32()));
        Assert.Equal(2, sent.RootElement.GetProperty("documents").GetArrayLength());
        Assert.Equal("Bearer secret-of-the-judge", server.Authorization);
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(302, "{}")]
    [InlineData(307, "{}")]
    [InlineData(200, "not json")]
    [InlineData(200, """{"results":[{"index":7,"relevance_score":1}]}""")]
    [InlineData(200, "{}")]
    public async Task Retrieve_WithARerankerThatFails_KeepsTheOrderOfTheFusion(int status, string body)
    {
        await using var server = new RerankServer(_ => (status, body));
        await using var engine = await StartAsync(server);

        var retrieval = await engine.Retriever.RetrieveAsync(engine.Owner, new RetrievalQuery(Question, RetrievalScope.Everything), Token);

        Assert.Equal(["gate.txt", "holidays.txt"], retrieval.Passages.Select(p => p.Filename));
        Assert.Null(retrieval.Reranker);
        Assert.Single(server.Requests);
    }

    private static async Task<KnowledgeEngine> StartAsync(RerankServer server)
    {
        var engine = await KnowledgeEngine.StartAsync(services => services.Configure<SearchOptions>(
            o => o.Rerank = new RerankOptions { Endpoint = server.Address, Model = "judge-1", ApiKey = "secret-of-the-judge", Timeout = TimeSpan.FromSeconds(30) }));
        await engine.IndexAsync("The harbour gate closes at ten. The harbour gate is made of oak.", "gate.txt");
        await engine.IndexAsync("On holidays the staff leave the big gate open all night long for visitors.", "holidays.txt");
        return engine;
    }

    private static string Results(IEnumerable<(int Index, double Score)> scores) =>
        JsonSerializer.Serialize(new { results = scores.Select(s => new { index = s.Index, relevance_score = s.Score }) });

    private sealed class RerankServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public RerankServer(Func<IReadOnlyList<string>, (int Status, string Body)> answer)
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/v1/rerank");
            }

            _listener.Prefixes.Add(Address.GetLeftPart(UriPartial.Authority) + "/");
            _listener.Start();
            _serving = ServeAsync(answer);
        }

        public Uri Address { get; }

        public List<string> Requests { get; } = [];

        public string? Authorization { get; private set; }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }

        private async Task ServeAsync(Func<IReadOnlyList<string>, (int Status, string Body)> answer)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    var request = await reader.ReadToEndAsync();
                    Requests.Add(request);
                    Authorization = context.Request.Headers["Authorization"];
                    using var json = JsonDocument.Parse(request);
                    var (status, body) = answer([.. json.RootElement.GetProperty("documents").EnumerateArray().Select(d => d.GetString()!)]);
                    context.Response.StatusCode = status;
                    // Whoever followed it would come back as a second request.
                    if (status is > 300 and < 400) context.Response.RedirectLocation = new Uri(Address, "/elsewhere").ToString();
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
