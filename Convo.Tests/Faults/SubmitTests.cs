using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Convo.Tests.Faults;

/// <summary>Row 8: one message however often it is sent, on whatever node, and whatever reply was lost.</summary>
public sealed class SubmitTests : FaultTest
{
    [Fact]
    public async Task Submit_FiftyAtOnceWithOneKeyOverTwoNodes_IsOneTurnWithFiftyReaders()
    {
        var (question, key) = (Question("fifty"), FaultCluster.NewId());
        var provider = Cluster.Answers.Open(question);
        var readers = Enumerable.Range(0, 50).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/convo/messages/stream") { Content = JsonContent.Create(new { content = question }) };
            request.Headers.Add("Idempotency-Key", key);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            using var response = await Cluster.Clients[i % 2].SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(Token))}");
            var client = new AnswerClient(Guid.Empty);
            await client.ReadAsync(response, null, Token);
            return client;
        }).ToList();
        Say(provider, 0, 100);
        provider.Complete();
        var clients = await Task.WhenAll(readers);

        Assert.All(clients, client => Assert.Equal(("complete", Words(100)), (client.Ended, client.Text)));
        Assert.Empty(clients.SelectMany(client => client.Broken));
        Assert.Single(Cluster.Provider.ChatRequests, request => request.LastUserText == question);
        Assert.Equal(1, await Cluster.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM conversation_messages WHERE role = 'user' AND content = @question", new { question }, Token));
    }

    [Fact]
    public async Task Submit_ReplyIsLost_TheRepeatOnTheOtherNodeGetsTheSameTurn()
    {
        var (question, key) = (Question("lost reply"), FaultCluster.NewId());
        var threadId = (await FaultCluster.PostAsync(First, "/api/convo/threads", new { }, null, Token)).Body.GetProperty("id").GetGuid();
        await using var line = TcpProxy.To(First.Port);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{line.Port}") };
        client.DefaultRequestHeaders.Authorization = First.Client.DefaultRequestHeaders.Authorization;
        line.Set(ProxyMode.HalfClose);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/convo/threads/{threadId}/messages") { Content = JsonContent.Create(new { content = question }) };
        request.Headers.Add("Idempotency-Key", key);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.SendAsync(request, Token));

        var (answer, status, body) = await Cluster.SendAsync(Second, question, Token, key, threadId);
        Assert.True(answer is not null, $"{status} {body}");
        await answer.FollowAsync(Cluster.Clients, Token);
        var other = await FaultCluster.PostAsync(Second, $"/api/convo/threads/{threadId}/messages", new { content = question + " more" }, key, Token);

        Assert.Equal("complete", answer.Ended);
        Assert.Single(Cluster.Provider.ChatRequests, call => call.LastUserText == question);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Body.GetProperty("code").GetString()));
    }
}
