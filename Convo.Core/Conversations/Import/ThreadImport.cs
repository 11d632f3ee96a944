using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Microsoft.Extensions.Options;

namespace Convo.Core.Conversations.Import;

/// <inheritdoc cref="IThreadImport"/>
internal sealed class ThreadImport(IThreadImportStore store, IModelCatalogue catalogue, IOptions<ImportOptions> options, IOptions<TurnOptions> turns) : IThreadImport, IDisposable
{
    private const string Unknown = "unknown_format";

    private readonly SemaphoreSlim _room = new(options.Value.MaxParallel);

    public long MaxBytes => options.Value.MaxBytes;

    public async Task<ImportReport> ImportAsync(Caller caller, Stream json, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var file = await ImportFile.ReadAsync(json, MaxBytes, cancellationToken).ConfigureAwait(false);
            return await StoreAsync(caller, file, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task<ImportReport> StoreAsync(Caller caller, ImportFile file, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        var builder = new ThreadBuilder(catalogue, options.Value, turns.Value.MaxMessageLength);
        var imported = new List<ImportedItem>();
        var skipped = new List<SkippedItem>();
        foreach (var item in file.Items())
        {
            string? title = null;
            try
            {
                title = item["title"].Element.ValueKind == System.Text.Json.JsonValueKind.String ? item["title"].Text() : null;
                var draft = Read(item);
                title = draft.Title;
                var built = builder.Build(caller.UserId, draft, item.Path);
                if (await store.InsertAsync(built, cancellationToken).ConfigureAwait(false))
                {
                    imported.Add(new ImportedItem(item.Path, built.Thread.Id, built.Thread.Title, built.Messages.Count, draft.Notes));
                }
                else
                {
                    skipped.Add(new SkippedItem(item.Path, title, "already_imported", "This chat was imported before. Delete it here first to import it again."));
                }
            }
            catch (ConvoException e) when (e.Kind is ProblemKind.Invalid or ProblemKind.TooLarge)
            {
                if (!file.IsList)
                {
                    throw Named(e);
                }

                skipped.Add(new SkippedItem(item.Path, title, Named(e).Code, Told(e)));
            }

            progress?.Report(new ImportProgress(imported.Count + skipped.Count, file.Count));
        }

        if (imported.Count == 0 && skipped.TrueForAll(s => s.Code == Unknown))
        {
            throw NotChats(file.IsList ? "[0]" : "");
        }

        return new ImportReport(imported, skipped);
    }

    private static ThreadDraft Read(JsonMember item) =>
        ConvoExportReader.Recognises(item) ? ConvoExportReader.Read(item)
        : ChatGptReader.Recognises(item) ? ChatGptReader.Read(item)
        : throw NotChats(item.Path);

    private static ConvoException NotChats(string path) => new(
        ProblemKind.Invalid, Unknown,
        "This is neither a chat that Convo exported nor the conversations.json of a ChatGPT export. Choose another file.") { Field = path.Length == 0 ? null : path };

    /// <summary>One code for all that is wrong in a file; the place tells what.</summary>
    private static ConvoException Named(ConvoException e) => e.Code == "invalid_request"
        ? new ConvoException(e.Kind, "invalid_import", e.Message, e) { Field = e.Field }
        : e;

    private static string Told(ConvoException e) => e.Field is { } place && !e.Message.Contains(place, StringComparison.Ordinal) ? $"{place}: {e.Message}" : e.Message;
}
