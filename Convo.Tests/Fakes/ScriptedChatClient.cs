using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Tests.Fakes;

/// <summary>
/// A provider's bare client for tests of what is put around it: each call plays the next script, a list of updates, failures and silences.
/// </summary>
internal sealed class ScriptedChatClient(params object[][] scripts) : IChatClient
{
    /// <summary>In a script: nothing more comes until the call is cancelled.</summary>
    public static readonly object Silence = new();

    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Calls { get; private set; }

    public int Left { get; private set; }

    public ChatOptions? LastOptions { get; private set; }

    /// <summary>Completes when a call has come to its silence.</summary>
    public Task Silent => _silent.Task;

    public static ChatResponseUpdate Text(string text) => new(ChatRole.Assistant, text);

    public static ChatResponseUpdate Usage(int input, int output) =>
        new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output })]);

    public static ChatResponseUpdate End(ChatFinishReason? reason = null) => new() { FinishReason = reason ?? ChatFinishReason.Stop };

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var script = scripts[Math.Min(Calls, scripts.Length - 1)];
        Calls++;
        LastOptions = options;
        try
        {
            foreach (var step in script)
            {
                if (step == Silence)
                {
                    _silent.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                }

                yield return step switch
                {
                    string text => Text(text),
                    ChatResponseUpdate update => update,
                    Exception failure => throw failure,
                    _ => throw new ArgumentException($"A script cannot hold {step}."),
                };
            }
        }
        finally
        {
            Left++;
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
