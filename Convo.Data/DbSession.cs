using System.Runtime.CompilerServices;
using Npgsql;
#pragma warning disable RS0030 // With Db the one place that talks to Dapper.
using Dapper;

namespace Convo.Data;

/// <summary>The statements of one transaction, on its connection. <see cref="Connection"/> is there for COPY and large objects only.</summary>
internal sealed class DbSession(NpgsqlConnection connection, NpgsqlTransaction? transaction)
{
    public NpgsqlConnection Connection => connection;

    public Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        QueryAsync<T>(Statement.Of(sql, file, member), parameters, cancellationToken);

    public Task<T?> QuerySingleOrDefaultAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        QuerySingleOrDefaultAsync<T>(Statement.Of(sql, file, member), parameters, cancellationToken);

    public Task<int> ExecuteAsync(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        ExecuteAsync(Statement.Of(sql, file, member), parameters, cancellationToken);

    public Task<T?> ScalarAsync<T>(
        string sql, object? parameters, CancellationToken cancellationToken, [CallerFilePath] string file = "", [CallerMemberName] string member = "") =>
        ScalarAsync<T>(Statement.Of(sql, file, member), parameters, cancellationToken);

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(Statement statement, object? parameters, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<T>(Command(statement, parameters, cancellationToken)).ConfigureAwait(false)).AsList();

    internal Task<T?> QuerySingleOrDefaultAsync<T>(Statement statement, object? parameters, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<T>(Command(statement, parameters, cancellationToken));

    internal Task<int> ExecuteAsync(Statement statement, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(statement, parameters, cancellationToken));

    internal Task<T?> ScalarAsync<T>(Statement statement, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<T>(Command(statement, parameters, cancellationToken));

    private CommandDefinition Command(Statement statement, object? parameters, CancellationToken cancellationToken) =>
        new(statement.Text, parameters, transaction, cancellationToken: cancellationToken);
}
