using Convo.Core.Conversations;
using Convo.Core.Models;

namespace Convo.Web.Components.Chat;

/// <summary>The headline over a failed answer, by its code; the sentence below comes with the problem itself.</summary>
internal static class AnswerProblems
{
    /// <summary>How an answer ended, for who cannot see it; null when another chat is shown by now.</summary>
    public static string? Spoken(MessageStatus? status) => status switch
    {
        MessageStatus.Complete => "The answer is complete.",
        MessageStatus.Stopped => "The answer was stopped.",
        MessageStatus.Interrupted => "The answer was cut off.",
        MessageStatus.Failed => "The answer failed.",
        _ => null,
    };

    public static string Title(string? code) => code switch
    {
        ProviderErrors.RateLimited => "The model is asked too often right now",
        ProviderErrors.Overloaded => "The provider is overloaded",
        ProviderErrors.Auth => "The provider refused Convo’s key",
        ProviderErrors.ContextTooLong => "This chat is too long for the model",
        ProviderErrors.ContentFiltered => "The provider’s filter stopped the answer",
        ProviderErrors.ModelNotFound => "The provider does not know this model",
        ProviderErrors.Timeout => "The provider took too long",
        ProviderErrors.Unreachable => "The provider cannot be reached",
        ProviderErrors.BadResponse => "The provider’s answer could not be read",
        ProviderErrors.StreamCut => "The answer was cut off",
        "budget_exceeded" => "No budget for this",
        "budget_unavailable" => "The budget cannot be checked right now",
        "turn_running" => "An answer is still being written",
        "message_too_long" => "The message is too long",
        "unauthenticated" => "You are signed out",
        _ => "The answer could not be made",
    };
}
