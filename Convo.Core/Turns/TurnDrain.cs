using Convo.Core.Shared;

namespace Convo.Core.Turns;

/// <summary>Whether this node takes turns. Once it drains it never does again; load balancers see it as not ready.</summary>
internal sealed class TurnDrain : IHealthProbe, IDisposable
{
    private static readonly TimeSpan ComeBackIn = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _begun = new();

    public string Name => "turns";

    /// <summary>Cancelled when it begins. Readers of other nodes' turns go elsewhere then.</summary>
    public CancellationToken Begun => _begun.Token;

    public void Begin() => _begun.Cancel();

    /// <exception cref="ConvoException">503 while the host shuts down.</exception>
    public void EnsureAccepting()
    {
        if (_begun.IsCancellationRequested)
        {
            throw new ConvoException(ProblemKind.Unavailable, "shutting_down", "Convo is restarting. Your text is kept; send it again in a few seconds.")
            {
                RetryAfter = ComeBackIn,
            };
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        EnsureAccepting();
        return Task.CompletedTask;
    }

    public void Dispose() => _begun.Dispose();
}
