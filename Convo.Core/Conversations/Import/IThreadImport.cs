using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Conversations.Import;

/// <summary>Takes chats over from a file: Convo's own export, or the <c>conversations.json</c> of a ChatGPT export.</summary>
public interface IThreadImport
{
    /// <summary>The most bytes of one file.</summary>
    long MaxBytes { get; }

    /// <summary>
    /// Stores every chat of the file as a thread of the caller, each in a transaction of its own: a chat is there whole or not at all. One
    /// that was imported before is left alone. A chat of a list that cannot be right is skipped, with its place in the file and the reason.
    /// </summary>
    /// <param name="caller">Who owns the threads.</param>
    /// <param name="json">Read to its end, once.</param>
    /// <param name="progress">Told after each chat.</param>
    /// <param name="cancellationToken">What is stored by then stays.</param>
    /// <exception cref="ConvoException">400 <c>invalid_json</c> or <c>invalid_import</c> naming the place, 413 <c>import_too_large</c>; nothing is stored then.</exception>
    Task<ImportReport> ImportAsync(Caller caller, Stream json, IProgress<ImportProgress>? progress, CancellationToken cancellationToken);
}

public sealed record ImportProgress(int Done, int Total);

public sealed record ImportReport(IReadOnlyList<ImportedItem> Imported, IReadOnlyList<SkippedItem> Skipped);

/// <param name="Position">Where it stands in the file, such as <c>[3]</c>; empty when the file is the chat.</param>
/// <param name="Notes">What could not be taken over, in plain words.</param>
public sealed record ImportedItem(string Position, Guid ThreadId, string? Title, int Messages, IReadOnlyList<string> Notes);

/// <param name="Code"><c>already_imported</c>, <c>empty</c>, <c>invalid_import</c> or <c>too_large</c>.</param>
/// <param name="Detail">The reason, with the place inside the chat where there is one.</param>
public sealed record SkippedItem(string Position, string? Title, string Code, string Detail);

public sealed class ImportOptions
{
    public const string Section = "Convo:Import";

    /// <summary>Read into memory whole, so that a file that is cut off is refused before anything of it is stored.</summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    public int MaxMessagesPerThread { get; set; } = 20_000;

    /// <summary>Files that are read at the same time on a node; others wait.</summary>
    public int MaxParallel { get; set; } = 2;
}

public static class ImportRefusals
{
    public static ConvoException TooLarge(long maxBytes) => new(
        ProblemKind.TooLarge, "import_too_large", $"The file is larger than {maxBytes / (1024 * 1024)} MB, the most that is imported at once. Split it into several files.");
}
