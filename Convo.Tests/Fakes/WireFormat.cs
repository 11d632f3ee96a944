using System.Threading.Channels;

namespace Convo.Tests.Fakes;

/// <summary>How one kind of provider is connected and how it streams. Tests that must hold for every provider run over <see cref="All"/>.</summary>
/// <param name="Settings">What a Convo is started with so that the stub is its only provider.</param>
/// <param name="Reply">Streams each text of the channel as one delta; then ends well, with the usage.</param>
public sealed record WireFormat(Func<ProviderStub, Dictionary<string, string?>> Settings, Func<ChannelReader<string>, StubUsage, StubReply> Reply)
{
    public static IReadOnlyDictionary<string, WireFormat> All { get; } = new Dictionary<string, WireFormat>
    {
        ["openai"] = new(
            stub => new() { ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = "stub-model" },
            (deltas, usage) => Replies.From(deltas, usage)),
    };
}
