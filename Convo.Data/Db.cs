using System.Data;
using System.Runtime.CompilerServices;
using Convo.Data.TypeHandlers;
using Microsoft.Extensions.Logging;
using Npgsql;
#pragma warning disable RS0030 // This is the one place that talks to Dapper.
using Dapper;

namespace Convo.Data;

/// <summary>
/// The only way to PostgreSQL: open, run, dispose per call, always with a token, the caller's name in front of the statement
/// (<c>/* PgThreadRepository.FindAsync */</c>, seen in pg_stat_activity and the server's log).
/// Records are mapped by their constructor: column order and names (underscores ignored) follow its parameters, and so do the types:
/// bigint → long (COUNT too), integer → int, numeric → decimal, timestamptz → DateTimeOffset, date → DateOnly, text → string or enum
/// (lower snake case), jsonb → string or JsonElement, vector and sparsevec → Pgvector's types, arrays → T[] or IReadOnlyList of T.
/// </summary>
/// <remarks>
/// After a PostgreSQL restart every idle pooled connection fails once. A statement that certainly had no effect is repeated on a fresh
/// connection: any read, and a write that was refused with "admin shutdown" (the server says so only instead of executing it).
/// What a caller cannot do anything about (no server, no room) surfaces as a ConvoException, all else as it is (PostgresException).
/// </remarks>
internal sealed partial class Db
{
    private const int TransactionAttempts = 4;

    // Of many that break at once, one may meet several broken connections before the pool is cleared; each of them fails at once.
    private const int StatementAttempts = 10;
    private readonly NpgsqlDataSource _dataSource;
    private readonly ILogger<Db> _logger;

    public Db(NpgsqlDataSource dataSource, ILogger<Db> logger)
    {
        DapperSetup.EnsureApplied();
        _dataSource = dataSource;
        _logger = logger;
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        RunAsync(Statement.Of(sql, file, member), (session, statement) => session.QueryAsync<T>(statement, parameters, cancellationToken), cancellationToken);

    /// <summary>The only row, or the default (null) when there is none; more than one row is a fault.</summary>
    public Task<T?> QuerySingleOrDefaultAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        RunAsync(Statement.Of(sql, file, member), (session, statement) => session.QuerySingleOrDefaultAsync<T>(statement, parameters, cancellationToken), cancellationToken);

    /// <summary>Runs a statement and gives the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        RunAsync(Statement.Of(sql, file, member), (session, statement) => session.ExecuteAsync(statement, parameters, cancellationToken), cancellationToken);

    /// <summary>A write that is the same when it runs twice, such as a note of the time: it is repeated like a read.</summary>
    public Task<int> ExecuteIdempotentAsync(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        RunAsync(
            Statement.Of(sql, file, member) with { Repeatable = true }, (session, statement) => session.ExecuteAsync(statement, parameters, cancellationToken), cancellationToken);

    /// <summary>The first column of the first row, or the default when there is no row or it is NULL.</summary>
    public Task<T?> ScalarAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        RunAsync(Statement.Of(sql, file, member), (session, statement) => session.ScalarAsync<T>(statement, parameters, cancellationToken), cancellationToken);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and commits it. The work is repeated from its beginning (at most 4 runs in all) when
    /// the server rolled it back for a serialization failure or a deadlock, or when the connection was lost before COMMIT was sent,
    /// so it must have no effect outside the transaction. A connection lost during COMMIT surfaces as <see cref="Faults.OutcomeUnknown"/>.
    /// </summary>
    public async Task<T> InTransactionAsync<T>(
        Func<DbSession, Task<T>> work, CancellationToken cancellationToken, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var committing = false;
            try
            {
                var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken).ConfigureAwait(false);
                await using var __ = transaction.ConfigureAwait(false);
                var result = await work(new DbSession(connection, transaction)).ConfigureAwait(false);
                committing = true;
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
            catch (NpgsqlException e) when (attempt < TransactionAttempts && (Faults.RolledBack(e) || (!committing && Faults.ConnectionLost(e))))
            {
                ForgetStale(e);
                LogTransactionRepeated(e.SqlState ?? "connection lost", attempt);
            }
            catch (NpgsqlException e) when (Faults.Explain(e) is not null)
            {
                throw committing && (e is not PostgresException || Faults.ConnectionLost(e)) ? Faults.UnknownOutcome(e) : Faults.Explain(e)!;
            }
        }
    }

    public Task InTransactionAsync(
        Func<DbSession, Task> work, CancellationToken cancellationToken, IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        InTransactionAsync(
            async session =>
            {
                await work(session).ConfigureAwait(false);
                return true;
            },
            cancellationToken,
            isolation);

    private async Task<T> RunAsync<T>(Statement statement, Func<DbSession, Statement, Task<T>> run, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            try
            {
                return await run(new DbSession(connection, null), statement).ConfigureAwait(false);
            }
            catch (NpgsqlException e) when (attempt < StatementAttempts && (Faults.AdminShutdown(e) || (statement.Repeatable && Faults.ConnectionLost(e))))
            {
                ForgetStale(e);
                LogStatementRepeated(e.SqlState ?? "connection lost");
            }
            catch (NpgsqlException e) when (Faults.Explain(e) is not null)
            {
                throw Faults.Explain(e)!;
            }
        }
    }

    /// <summary>One dead connection means a server that restarted: the pool's others are dead as well.</summary>
    private void ForgetStale(NpgsqlException e)
    {
        if (Faults.ConnectionLost(e))
        {
            _dataSource.Clear();
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (Faults.Explain(e) is not null)
        {
            throw Faults.Explain(e)!;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A pooled PostgreSQL connection was stale ({Reason}); the statement runs on a fresh one")]
    private partial void LogStatementRepeated(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL rolled a transaction back ({Reason}); repeating it after run {Attempt}")]
    private partial void LogTransactionRepeated(string reason, int attempt);
}
