using Convo.Core.Knowledge;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Chat;

/// <summary>What people read of a file's way to being searchable.</summary>
internal static class AttachmentText
{
    public static string Status(AttachmentStatus status) => status switch
    {
        AttachmentStatus.Queued => "Waiting",
        AttachmentStatus.Extracting => "Reading",
        AttachmentStatus.Embedding => "Indexing",
        AttachmentStatus.Ready => "Ready",
        _ => "Failed",
    };

    public static string Of(Attachment file) => file.Status switch
    {
        AttachmentStatus.Failed => file.Error?.Detail ?? "It could not be read.",
        AttachmentStatus.Ready => string.Join(" · ", Facts(file)),
        _ => string.IsNullOrWhiteSpace(file.Stage) ? Status(file.Status) + "…" : file.Stage,
    };

    private static IEnumerable<string> Facts(Attachment file)
    {
        yield return "Ready";
        if (file.Pages is > 1) yield return Format.Plural(file.Pages.Value, "page");
        if (file.Chunks is > 0) yield return Format.Plural(file.Chunks.Value, "passage");
        if (file.Chunks is null) yield return Format.Size(file.Size);
    }
}
