using System.Text.Json;
using Convo.Core.Models;
using Convo.Tests.Fakes;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

/// <summary>Every recorded error answer, given by a server on a socket. What is right is judged here by hand, by what was asked of the service.</summary>
public sealed class RecordedErrorTests
{
    [Fact]
    public async Task Chat_RecordedError_GivesTheCodeAndNoKey()
    {
        var file = SharedData.Find("sse/errors.jsonl");
        Assert.SkipWhen(file is null, "The shared data folder with recorded errors is not beside this checkout.");
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1"));
        List<string> faults = [];
        foreach (var line in await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
        {
            using var recorded = JsonDocument.Parse(line);
            var status = recorded.RootElement.GetProperty("status").GetInt32();
            var body = recorded.RootElement.GetProperty("body").GetString()!;
            stub.Enqueue(Replies.Error(status, body));

            var heard = await Heard.FromAsync(host.Chat(), cancellationToken: TestContext.Current.CancellationToken);

            if (heard.Code != Expected(status, body) || heard.Failure!.Message.Contains(ModelsHost.Key, StringComparison.Ordinal) || !heard.Failure.Message.Contains("Choose", StringComparison.OrdinalIgnoreCase))
            {
                faults.Add($"{status} {body} → {heard.Code}: {heard.Failure?.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static string Expected(int status, string body) => status switch
    {
        429 => ProviderErrors.RateLimited,
        404 => ProviderErrors.ModelNotFound,
        400 when body.Contains("nonexistent is not supported", StringComparison.Ordinal) => ProviderErrors.ModelNotFound,
        400 when body.Contains("model identifier is invalid", StringComparison.Ordinal) => ProviderErrors.ModelNotFound,
        _ => ProviderErrors.BadResponse,
    };
}
