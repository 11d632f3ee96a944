using System.Net.Sockets;
using Convo.Core.Shared;
using Npgsql;

namespace Convo.Data;

/// <summary>What a failed statement says about its effect, and what to tell people about it. Codes: PostgreSQL's manual, appendix A.</summary>
internal static class Faults
{
    /// <summary>The server undid the whole transaction in favour of another one.</summary>
    public static bool RolledBack(NpgsqlException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    public static bool AdminShutdown(NpgsqlException e) => e.SqlState is PostgresErrorCodes.AdminShutdown;

    public static bool ConnectionLost(NpgsqlException e) =>
        e.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown || e.InnerException is IOException;

    /// <summary>Null for what the caller's own statement or data is to blame for.</summary>
    public static ConvoException? Explain(NpgsqlException e) => e.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new ConvoException(
            ProblemKind.NoRoom, "storage_full", "The server has no room left to store this. Nothing was changed; tell an administrator.", e),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable => Away(
            "database_busy", "Others changed the same data again and again. Nothing was changed; try again in a moment.", e),
        null when e.InnerException is IOException or SocketException or TimeoutException => NoAnswer(e),
        // Class 57P: the server is going down or coming up; class 53: out of connections or memory; class 08: the connection broke.
        { } state when state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("08", StringComparison.Ordinal) => NoAnswer(e),
        _ => null,
    };

    private const string OutcomeUnknownCode = "outcome_unknown";

    /// <summary>The connection was lost while COMMIT was under way.</summary>
    public static ConvoException UnknownOutcome(Exception cause) => Away(
        OutcomeUnknownCode, "The database went away while this was being stored, so it may or may not be there. Look first, or repeat it with the same Idempotency-Key.", cause);

    public static bool OutcomeUnknown(ConvoException e) => e.Code == OutcomeUnknownCode;

    private static ConvoException NoAnswer(Exception cause) =>
        Away("database_unavailable", "The database does not answer at the moment. Try again in a few seconds.", cause);

    private static ConvoException Away(string code, string detail, Exception cause) =>
        new(ProblemKind.Unavailable, code, detail, cause) { RetryAfter = TimeSpan.FromSeconds(5) };
}
