namespace Convo.Core.Shared;

/// <summary>
/// Convo cannot start. The message is written for the operator: what is wrong, the setting or folder concerned, and what to do.
/// The host prints it as it is, without a stack trace, and exits with code 1. It never contains a secret.
/// </summary>
public sealed class ConvoStartupException : Exception
{
    public ConvoStartupException(string message) : base(message)
    {
    }

    public ConvoStartupException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
