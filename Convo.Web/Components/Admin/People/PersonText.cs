using Convo.Core.Accounts;

namespace Convo.Web.Components.Admin.People;

/// <summary>How a person's role and state are put into words.</summary>
internal static class PersonText
{
    public static string RoleOf(User user) => user.Role is Role.Admin ? "Administrator" : "Member";

    public static string StateOf(User user) => user switch
    {
        { DisabledAt: not null } => "Disabled",
        { HasPassword: false, HasExternalLogin: false } => "Invited",
        _ => "Active",
    };
}
