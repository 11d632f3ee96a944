using Convo.Core.Turns;

namespace Convo.Core.Accounts;

/// <summary>Ends what people and keys that do not count any more still have running. The text so far is kept and paid for.</summary>
public interface IRevokedTurns
{
    /// <summary>Everything that runs for one person.</summary>
    Task StopOfAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>Whatever runs for a disabled person or a revoked key, also when another node refused them. Cheap enough for every few seconds.</summary>
    Task StopRevokedAsync(CancellationToken cancellationToken);
}

public interface IRevokedTurnRepository
{
    Task<IReadOnlyList<Guid>> ListOfAsync(Guid userId, CancellationToken cancellationToken);

    Task<IReadOnlyList<Guid>> ListRevokedAsync(CancellationToken cancellationToken);
}

internal sealed class RevokedTurns(IRevokedTurnRepository running, ITurnStops stops) : IRevokedTurns
{
    public async Task StopOfAsync(Guid userId, CancellationToken cancellationToken) =>
        await StopAsync(await running.ListOfAsync(userId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async Task StopRevokedAsync(CancellationToken cancellationToken) =>
        await StopAsync(await running.ListRevokedAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private async Task StopAsync(IReadOnlyList<Guid> turnIds, CancellationToken cancellationToken)
    {
        foreach (var turnId in turnIds)
        {
            await stops.StopTurnAsync(turnId, cancellationToken).ConfigureAwait(false);
        }
    }
}
