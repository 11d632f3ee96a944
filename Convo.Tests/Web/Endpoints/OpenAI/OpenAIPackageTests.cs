using System.Threading.Channels;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary>OpenAI's own package from npm, pointed at Convo.</summary>
[Collection(OpenAIDoorTests.Name)]
public sealed class OpenAIPackageTests(OpenAIDoor door)
{
    [Fact]
    public async Task Package_EveryRouteAndErrorClass_WorksAndAnAbortHangsUp()
    {
        var token = TestContext.Current.CancellationToken;
        var user = await door.App.CreateUserAsync();
        var endless = Channel.CreateUnbounded<string>();
        endless.Writer.TryWrite("On and ");
        var respond = door.Stub.Respond;
        door.Stub.Respond = request => request.LastUserText switch
        {
            "limit me" => Replies.Error(429, "rate_limit_exceeded", "Slow down", ("Retry-After", "7")),
            "cut me" => Replies.SseCut(OpenAIWire.Stream("Half an answer", "stop", null), 2),
            "go on and on" => Replies.From(endless.Reader),
            _ => respond(request),
        };
        try
        {
            await using var script = NodeScript.Start(
                "openai-client.mjs", new Dictionary<string, string> { ["CONVO_URL"] = door.App.Address.ToString(), ["CONVO_KEY"] = user.ApiKey });
            var passed = await script.EndAsync(token);
            await door.Stub.ChatRequests[^1].Disconnected.WaitAsync(token);

            Assert.Equal(
                ["chat", "stream", "helper", "embeddings", "models", "authentication", "notFound", "badRequest", "rateLimit", "cutStream", "abort"],
                passed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            // Chat three times, embeddings twice, the half answer; the abort's bill is the last.
            var bills = 0;
            do
            {
                bills++;
            }
            while (await door.Uses.NextAsync(user.Id, token) is not { Estimated: true, OutputTokens: > 0 } bill || bills < 7);
            Assert.Equal(7, (await door.BillsAsync(user)).Count);
        }
        finally
        {
            door.Stub.Respond = respond;
        }
    }
}
