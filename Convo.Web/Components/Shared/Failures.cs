using Convo.Core.Shared;

namespace Convo.Web.Components.Shared;

/// <summary>Turns whatever went wrong into something that can be shown; what nobody expected is logged and not told apart.</summary>
internal sealed partial class Failures(ILogger<Failures> logger)
{
    public ConvoException Plain(Exception exception)
    {
        if (exception is ConvoException expected) return expected;
        LogUnexpected(logger, exception);
        return new ConvoException(ProblemKind.Unavailable, "internal_error", "Something failed inside Convo. Try again; if it stays, tell your administrator.", exception);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An action in the browser interface failed")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
