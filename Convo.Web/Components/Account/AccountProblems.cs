namespace Convo.Web.Components.Account;

/// <summary>What the account pages say for the code that a refused form comes back with.</summary>
internal static class AccountProblems
{
    public static (string Title, string Text)? Text(string? code) => code switch
    {
        null or "" => null,
        "invalid_credentials" => ("That did not match", "Check the email and the password, and try again."),
        "locked_out" => ("Too many attempts", "This account is closed for a few minutes. Wait, then try again."),
        "account_disabled" => ("This account is closed", "Ask your administrator to open it again."),
        "invalid_token" or "setup_token_invalid" => ("This link is no longer good", "It was used already or is too old. Restart Convo to print a new one."),
        "setup_done" => ("Convo is set up already", "Sign in with the administrator’s account."),
        "weak_password" => ("That password is too short", "Take at least 12 characters."),
        "email_taken" => ("That email has an account already", "Sign in with it, or take another one."),
        "invalid_email" => ("That is not an email address", "Write it as name@example.org."),
        "antiforgery" => ("This page was open for too long", "It is fresh now: try again."),
        "rate_limited" => ("Too many attempts", "Wait a minute, then try again."),
        _ => ("That did not work", "Try again. If it goes on, ask your administrator."),
    };
}
