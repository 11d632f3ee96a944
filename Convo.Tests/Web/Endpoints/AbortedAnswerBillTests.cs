using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

/// <summary>
/// A client that has enough of an answer after k deltas pays for the prompt and what was delivered, once, in every provider's wire format.
/// "Enough" is a stop. Going away is none: the answer is finished for when the client returns, and paid in full.
/// </summary>
public sealed class AbortedAnswerBillTests
{
    private const int Deltas = 12;
    private static readonly string[] Words = [.. Enumerable.Range(1, Deltas).Select(i => $"word{i} ")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Formats() => [.. WireFormat.All.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Stop_AfterKDeltas_BillsThePromptAndWhatWasDeliveredOnce(string format)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = WireFormat.All[format].Settings(stub) });
        var counter = app.Services.GetRequiredService<ITokenCounter>();
        foreach (var k in (int[])[0, 1, 10, Deltas - 1])
        {
            await using var answer = await Answer.StartAsync(app, stub, WireFormat.All[format]);
            await answer.DeliverAsync(k);

            using var stopped = await answer.Client.SendJsonAsync(HttpMethod.Post, $"/api/convo/messages/{answer.Id}/stop", null);
            await answer.ReadToEndAsync();
            await answer.Request.Disconnected.WaitAsync(Token);

            var text = string.Concat(Words[..k]);
            Assert.Equal((k, answer.PromptTokens(counter), (long)counter.Count(text), true), await answer.BillAsync(k));
            Assert.Equal(text, answer.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Disconnect_AfterKDeltas_TheAnswerIsFinishedAndPaidByTheProvidersFigures(string format)
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = WireFormat.All[format].Settings(stub) });
        foreach (var k in (int[])[0, 1, 10, Deltas - 1])
        {
            await using var answer = await Answer.StartAsync(app, stub, WireFormat.All[format]);
            await answer.DeliverAsync(k);

            answer.Disconnect();
            await answer.FinishAsync();

            Assert.Equal((k, 100L, 50L, false), await answer.BillAsync(k));
            Assert.Equal(string.Concat(Words), answer.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Fail_BeforeTheFirstDelta_PaysNothingAndHoldsNothing(string format)
    {
        await using var stub = await ProviderStub.StartAsync();
        var settings = WireFormat.All[format].Settings(stub);
        settings["CONVO_PROVIDER_MAX_ATTEMPTS"] = "1";
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = settings });
        using var client = app.CreateClient(await app.CreateUserAsync());
        StubReply[] failures =
        [
            Replies.Error(500, "{}"),
            Replies.Reset(),
            Replies.Sse(WireFormat.All[format].Opening(new StubUsage(100, 50))),
        ];
        foreach (var failure in failures)
        {
            stub.Enqueue(failure);
            using var response = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Count the words." });
            Assert.Equal("error", (await SseEvent.ReadAllAsync(response, Token))[^1].Name);
        }

        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>("SELECT COUNT(*) FROM usage_ledger", null, Token));
        var budget = (await client.GetFromJsonAsync<JsonElement>("/api/convo/budget", Token)).GetProperty("items")[0];
        Assert.Equal((0L, 0L), (budget.GetProperty("used").GetInt64(), budget.GetProperty("held").GetInt64()));
    }

    /// <summary>A running answer whose provider writes when the test says so, to a person of its own.</summary>
    private sealed class Answer : IAsyncDisposable
    {
        private readonly ConvoApp _app;
        private readonly Guid _userId;
        private readonly Channel<string> _deltas = Channel.CreateUnbounded<string>();
        private readonly CancellationTokenSource _gone = new();
        private HttpResponseMessage _response = null!;
        private IAsyncEnumerator<SseItem<string>> _events = null!;

        private Answer(ConvoApp app, TestUser user) => (_app, _userId, Client) = (app, user.Id, app.CreateClient(user));

        public HttpClient Client { get; }

        public StubRequest Request { get; private set; } = null!;

        public Guid Id { get; private set; }

        /// <summary>What the client has read.</summary>
        public string Text { get; private set; } = "";

        public static async Task<Answer> StartAsync(ConvoApp app, ProviderStub stub, WireFormat format)
        {
            var answer = new Answer(app, await app.CreateUserAsync());
            stub.Enqueue(format.Reply(answer._deltas.Reader, new StubUsage(100, 50)));
            using var post = new HttpRequestMessage(HttpMethod.Post, "/api/convo/messages/stream") { Content = JsonContent.Create(new { content = "Count the words." }) };
            answer._response = await answer.Client.SendAsync(post, HttpCompletionOption.ResponseHeadersRead, answer._gone.Token);
            var stream = await answer._response.Content.ReadAsStreamAsync(answer._gone.Token);
            answer._events = SseParser.Create(stream).EnumerateAsync(answer._gone.Token).GetAsyncEnumerator(Token);
            answer.Request = await stub.NextRequestAsync(Token);
            return answer;
        }

        /// <summary>The provider writes k deltas, and the client has read them.</summary>
        public async Task DeliverAsync(int k)
        {
            var expected = string.Concat(Words[..k]);
            for (var i = 0; i < k; i++)
            {
                await _deltas.Writer.WriteAsync(Words[i], Token);
            }

            do
            {
                await NextAsync();
            }
            while (Text != expected || Id == default);
        }

        public async Task ReadToEndAsync()
        {
            while (await NextAsync())
            {
            }
        }

        public void Disconnect() => _gone.Cancel();

        /// <summary>The provider writes the rest; the client returns and reads the answer from its beginning.</summary>
        public async Task FinishAsync()
        {
            var written = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            foreach (var word in Words[written..])
            {
                await _deltas.Writer.WriteAsync(word, Token);
            }

            _deltas.Writer.Complete();
            using var stream = await Client.GetAsync($"/api/convo/messages/{Id}/stream", Token);
            Text = SseEvent.JoinText(await SseEvent.ReadAllAsync(stream, Token));
        }

        /// <summary>As it was sent, with what a chat format adds around each message.</summary>
        public long PromptTokens(ITokenCounter counter) => WireFormat.Texts(Request.Json).Sum(text => counter.Count(text) + 4L);

        /// <summary>The only row of the ledger, which is also what the budget counts.</summary>
        public async Task<(int K, long Input, long Output, bool Estimated)> BillAsync(int k)
        {
            var bill = Assert.Single(await _app.Database.Db.QueryAsync<Bill>(
                "SELECT input_tokens::bigint AS input, output_tokens::bigint AS output, estimated FROM usage_ledger WHERE user_id = @_userId", new { _userId }, Token));
            var budget = (await Client.GetFromJsonAsync<JsonElement>("/api/convo/budget", Token)).GetProperty("items")[0];
            Assert.Equal((bill.Input + bill.Output, 0L), (budget.GetProperty("used").GetInt64(), budget.GetProperty("held").GetInt64()));
            return (k, bill.Input, bill.Output, bill.Estimated);
        }

        public async ValueTask DisposeAsync()
        {
            _deltas.Writer.TryComplete();
            await _gone.CancelAsync();
            _response.Dispose();
            Client.Dispose();
            _gone.Dispose();
        }

        private async Task<bool> NextAsync()
        {
            if (!await _events.MoveNextAsync())
            {
                return false;
            }

            var data = JsonDocument.Parse(_events.Current.Data).RootElement;
            if (_events.Current.EventType == "start")
            {
                Id = data.GetProperty("message_id").GetGuid();
            }
            else if (_events.Current.EventType == "delta")
            {
                Text += data.GetProperty("text").GetString();
            }

            return true;
        }

        private sealed record Bill(long Input, long Output, bool Estimated);
    }
}
