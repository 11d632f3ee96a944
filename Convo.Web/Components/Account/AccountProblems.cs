namespace Convo.Web.Components.Account;

/// <summary>What the account pages say for the code that a refused form comes back with.</summary>
internal static class AccountProblems
{
    /// <summary>Checked by the form to save a round trip; Core decides.</summary>
    public const int MinPassword = 8;

    public static (string Title, string Text)? Text(string? code, string? field = null) => (code, field) switch
    {
        (null or "", _) => null,
        ("invalid_credentials", _) => ("That did not match", "Check the email and the password, and try again."),
        ("wrong_password", _) => ("That is not your present password", "Type it again. Without it the password cannot be changed."),
        ("link_invalid", _) => ("This link is no longer good", "It was used already or is too old. Ask your administrator for a new one; the first administrator’s is printed when Convo starts."),
        ("setup_done", _) => ("Convo is set up already", "Sign in with the administrator’s account."),
        ("email_taken", _) => ("That email has an account already", "Sign in with it, or take another one."),
        ("invalid_request", "email") => ("That is not an email address", "Write it like name@example.org."),
        ("invalid_request", "password") => ("Choose another password", $"At least {MinPassword} characters, not the email, and none of the well-known ones. A few words in a row are good."),
        ("invalid_request", "name") => ("A name is missing", "Write how others should see you, up to 100 characters."),
        ("form_expired", _) => ("This page was open for too long", "It is fresh now: try again."),
        ("too_many_attempts", _) => ("Too many attempts", "Wait a minute, then try again."),
        ("account_exists", _) => ("That address has an account already", "Sign in to it with its password, or open the link of its invitation, then connect your organisation in the settings."),
        ("login_taken", _) => ("That sign-in belongs to another account", "Sign in with it, or ask your administrator."),
        ("not_invited", _) => ("You are not let in yet", "Your organisation’s account may not use this Convo. Ask your administrator."),
        ("email_missing", _) => ("Your organisation did not say your address", "Whoever runs Convo has to allow it the scope “email”."),
        ("account_disabled", _) => ("This account is disabled", "Ask your administrator."),
        ("provider_refused", _) => ("Your organisation did not sign you in", "Try again. If it goes on, tell your administrator."),
        ("confirmation_wrong", _) => ("That did not confirm it", "Type your email address and, where you have one, your password. Nothing was deleted."),
        ("last_admin", _) => ("You are the last administrator", "Make someone else an administrator first."),
        ("unauthenticated", _) => ("You are signed out", "Sign in to go on."),
        _ => ("That did not work", "Try again. If it goes on, ask your administrator."),
    };
}
