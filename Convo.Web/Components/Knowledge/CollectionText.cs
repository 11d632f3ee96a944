using Convo.Core.Knowledge;

namespace Convo.Web.Components.Knowledge;

/// <summary>What a collection says about itself, in plain words.</summary>
internal static class CollectionText
{
    public static string Files(Collection collection) => collection.Files == 0 ? "No files yet"
        : collection.Ready == collection.Files ? Count(collection.Files, "file")
        : $"{Count(collection.Files, "file")}, {collection.Ready} of them ready";

    public static string Sharing(Collection collection) => collection.Access switch
    {
        CollectionAccess.Owner => collection.Members == 0 ? "Only you" : $"Yours, shared with {Count(collection.Members, "member")}",
        CollectionAccess.Write => $"{collection.OwnerName}’s; you can add files",
        _ => $"{collection.OwnerName}’s; you can read",
    };

    public static string Access(CollectionAccess access) => access == CollectionAccess.Write ? "Can add files" : "Can read";

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
