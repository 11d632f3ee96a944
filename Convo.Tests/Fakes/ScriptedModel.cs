using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Convo.Core.Models;
using Microsoft.Extensions.AI;

namespace Convo.Tests.Fakes;

/// <summary>
/// A model whose answers the test writes delta by delta. Until <see cref="Release"/> or <see cref="End"/> an answer stays open.
/// </summary>
internal sealed class ScriptedModel : IModelCatalogue, IChatClients, ITokenCounter, IChatClient
{
    private static readonly ModelInfo Info = new("scripted", "test", "Scripted", 32_000, 4_096, new ModelPrices(1m, 0.5m, 2m));
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>();
    private int _calls;

    public int Calls => _calls;

    /// <summary>Completes when the provider is called for the first time.</summary>
    public Task Called => _called.Task;

    public IReadOnlyList<ChatMessage>? LastPrompt { get; private set; }

    public ModelInfo Default => Info;

    public IReadOnlyList<ModelInfo> List() => [Info];

    public ModelInfo? Find(string id) => id is "scripted" or "test/scripted" ? Info : null;

    public IChatClient For(ModelInfo model) => this;

    public int Count(string text) => (text.Length + 3) / 4;

    public void Say(params IEnumerable<string> deltas)
    {
        foreach (var delta in deltas)
        {
            _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, delta));
        }
    }

    /// <summary>Ends the answer well; without figures the provider gives none.</summary>
    public void End(int? input = null, int? output = null)
    {
        _updates.Writer.TryWrite(new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop });
        if (input is not null)
        {
            _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })]));
        }

        _updates.Writer.TryComplete();
    }

    public void Fail(Exception fault) => _updates.Writer.TryComplete(fault);

    /// <summary>Lets every open and later answer end at once.</summary>
    public void Release() => _released.TrySetResult();

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        LastPrompt = [.. messages];
        var updates = _updates;
        _called.TrySetResult();
        while (true)
        {
            var more = updates.Reader.WaitToReadAsync(cancellationToken).AsTask();
            if (await Task.WhenAny(more, _released.Task) != more || !await more)
            {
                _updates = Channel.CreateUnbounded<ChatResponseUpdate>();
                yield break;
            }

            while (updates.Reader.TryRead(out var update))
            {
                yield return update;
            }
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // One instance serves every answer of its engine.
    }
}
