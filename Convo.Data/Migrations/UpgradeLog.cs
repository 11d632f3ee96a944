using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;

namespace Convo.Data.Migrations;

/// <summary>DbUp's log on ours. DbUp formats its own messages, so they arrive as one finished text.</summary>
internal sealed partial class UpgradeLog(ILogger logger) : IUpgradeLog
{
    public void LogTrace(string format, params object[] args) => Write(LogLevel.Trace, null, format, args);

    public void LogDebug(string format, params object[] args) => Write(LogLevel.Debug, null, format, args);

    // DbUp tells every step at Information; an operator wants to see the scripts only.
    public void LogInformation(string format, params object[] args) =>
        Write(format.StartsWith("Executing Database Server script", StringComparison.Ordinal) ? LogLevel.Information : LogLevel.Debug, null, format, args);

    public void LogWarning(string format, params object[] args) => Write(LogLevel.Warning, null, format, args);

    public void LogError(string format, params object[] args) => Write(LogLevel.Debug, null, format, args);

    // The failure itself is thrown to the caller, who reports it once.
    public void LogError(Exception ex, string format, params object[] args) => Write(LogLevel.Debug, ex, format, args);

    private void Write(LogLevel level, Exception? exception, string format, object[] args) =>
        LogStep(level, exception, args.Length == 0 ? format : string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args));

    [LoggerMessage(Message = "Migration: {Step}")]
    private partial void LogStep(LogLevel level, Exception? exception, string step);
}
