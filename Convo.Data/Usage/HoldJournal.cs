using System.Threading.Channels;
using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>
/// Writes holds to PostgreSQL, where they outlive Redis. Whatever is waiting goes in one statement, so that the cost of a reservation
/// falls as load rises; a lone write does not wait for company.
/// </summary>
internal sealed class HoldJournal(Db db)
{
    private const int MaxBatch = 500;
    private readonly Channel<Write> _waiting = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private int _pumping;

    /// <summary>Stores a hold, or its new figures. It is committed when the task ends.</summary>
    public Task KeepAsync(TurnHold hold) => Enqueue(hold, hold.TurnId);

    /// <summary>Takes a hold away that was not used. The ledger's writer does it for those that were.</summary>
    public Task DropAsync(Guid turnId) => Enqueue(null, turnId);

    private const string Renew = """
        UPDATE budget_holds
        SET expires_at = @expiresAt
        WHERE turn_id = @turnId
        """;

    /// <summary>An update, never an insert: the hold of a turn that has ended does not come back.</summary>
    public Task<int> RenewAsync(Guid turnId, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        db.ExecuteAsync(Renew, new { turnId, expiresAt }, cancellationToken);

    private const string Find = """
        SELECT turn_id, user_id, team_id, api_key_id, tokens, (cost * 10000000000)::bigint AS cost, reserved_at, expires_at
        FROM budget_holds
        WHERE turn_id = @turnId
        """;

    public Task<TurnHold?> FindAsync(Guid turnId, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<TurnHold>(Find, new { turnId }, cancellationToken);

    private const string Sweep = """
        DELETE FROM budget_holds
        WHERE expires_at < @before
        """;

    /// <summary>Removes what dead nodes left. Expired holds count for nothing long before.</summary>
    public Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        db.ExecuteAsync(Sweep, new { before }, cancellationToken);

    private Task Enqueue(TurnHold? hold, Guid turnId)
    {
        var write = new Write(hold, turnId, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting.Writer.TryWrite(write);
        if (Interlocked.Exchange(ref _pumping, 1) == 0)
        {
            // On this thread up to its first wait: a hop to another would cost a lone reservation as much as the script does.
            _ = PumpAsync();
        }

        return write.Done.Task;
    }

    private async Task PumpAsync()
    {
        do
        {
            while (_waiting.Reader.TryPeek(out _))
            {
                var batch = new List<Write>();
                while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var write))
                {
                    batch.Add(write);
                }

                await StoreAsync(batch).ConfigureAwait(false);
            }

            Volatile.Write(ref _pumping, 0);
            // What was enqueued just before the line above saw a pump that runs; look once more.
        }
        while (_waiting.Reader.TryPeek(out _) && Interlocked.Exchange(ref _pumping, 1) == 0);
    }

    private async Task StoreAsync(List<Write> batch)
    {
        try
        {
            // The last word on each turn counts.
            var latest = batch.GroupBy(write => write.TurnId).Select(turn => turn.Last()).ToList();
            if (latest.Where(write => write.Hold is not null).Select(write => write.Hold!).ToList() is { Count: > 0 } kept)
            {
                await InsertAsync(kept).ConfigureAwait(false);
            }

            if (latest.Where(write => write.Hold is null).Select(write => write.TurnId).ToArray() is { Length: > 0 } dropped)
            {
                await db.ExecuteAsync(Delete, new { dropped }, CancellationToken.None).ConfigureAwait(false);
            }

            batch.ForEach(write => write.Done.TrySetResult());
        }
        catch (Exception e)
        {
            // Each waiter reports it; the pump goes on with the next batch.
            batch.ForEach(write => write.Done.TrySetException(e));
        }
    }

    // Commits without waiting for the disk: a hold matters only when PostgreSQL's and Redis's memory are lost within the same second.
    private const string Insert = """
        WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO budget_holds (turn_id, user_id, team_id, api_key_id, tokens, cost, reserved_at, expires_at)
        SELECT h.turn_id, h.user_id, h.team_id::uuid, h.api_key_id::uuid, h.tokens, h.cost * 0.0000000001,
               'epoch'::timestamptz + h.reserved_at * interval '1 millisecond', 'epoch'::timestamptz + h.expires_at * interval '1 millisecond'
        FROM relaxed,
             unnest(@turnIds, @userIds, @teamIds, @apiKeyIds, @tokens, @costs, @reservedAt, @expiresAt)
                 AS h (turn_id, user_id, team_id, api_key_id, tokens, cost, reserved_at, expires_at)
        ON CONFLICT (turn_id) DO UPDATE
        SET tokens = excluded.tokens, cost = excluded.cost, reserved_at = excluded.reserved_at, expires_at = excluded.expires_at
        """;

    private Task<int> InsertAsync(List<TurnHold> holds) => db.ExecuteAsync(
        Insert,
        new
        {
            turnIds = holds.ConvertAll(hold => hold.TurnId).ToArray(),
            userIds = holds.ConvertAll(hold => hold.UserId).ToArray(),
            teamIds = holds.ConvertAll(hold => hold.TeamId?.ToString()!).ToArray(),
            apiKeyIds = holds.ConvertAll(hold => hold.ApiKeyId?.ToString()!).ToArray(),
            tokens = holds.ConvertAll(hold => hold.Tokens).ToArray(),
            costs = holds.ConvertAll(hold => hold.Cost).ToArray(),
            reservedAt = holds.ConvertAll(hold => hold.ReservedAt.ToUnixTimeMilliseconds()).ToArray(),
            expiresAt = holds.ConvertAll(hold => hold.ExpiresAt.ToUnixTimeMilliseconds()).ToArray(),
        },
        CancellationToken.None);

    private const string Delete = """
        DELETE FROM budget_holds
        WHERE turn_id = ANY(@dropped)
        """;

    private sealed record Write(TurnHold? Hold, Guid TurnId, TaskCompletionSource Done);
}
