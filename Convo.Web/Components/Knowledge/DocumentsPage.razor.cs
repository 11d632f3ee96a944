using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;
using Microsoft.JSInterop;
using MudBlazor;

namespace Convo.Web.Components.Knowledge;

/// <summary>A person's own files, with every stage of each.</summary>
public sealed partial class DocumentsPage
{
    private const int PageSize = 100;

    private bool _loaded;
    private string? _next;
    private string? _problem;

    protected override async Task OnInitializedAsync()
    {
        Documents.Changed += Refresh;
        await LoadAsync();
    }

    public ValueTask DisposeAsync()
    {
        Documents.Changed -= Refresh;
        return Documents.DisposeAsync();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private Task LoadAsync() => TryAsync(async () =>
    {
        var page = await Attachments.ListAsync(await Current.CallerAsync(), _next, PageSize, CancellationToken.None);
        (_next, _loaded, _problem) = (page.NextCursor, true, null);
        Documents.Load(page.Items);
    }, e => _problem = e.Message);

    private Task Retry(Guid id) => TryAsync(() => Documents.RetryAsync(id), Tell);

    private Task Delete(Attachment file) => TryAsync(async () =>
    {
        var text = $"“{file.Filename}” and its passages go. Answers keep their text, but can no longer show this source. This cannot be undone.";
        if (await ConfirmDialog.AskAsync(Dialogs, "Delete this file?", text, "Delete")) await Documents.RemoveAsync(file.Id);
    }, Tell);

    private Task Move(Attachment file) => TryAsync(async () =>
    {
        if (await CollectionDialog.AskAsync(Dialogs, file) is not { } collection) return;
        await Collections.AttachAsync(await Current.CallerAsync(), collection.Id, file.Id, CancellationToken.None);
        Documents.Load([file with { CollectionId = collection.Id, ThreadId = null }]);
        Snackbar.Add($"“{file.Filename}” is in “{collection.Name}” now.", Severity.Success);
    }, Tell);

    private void Tell(ConvoException e) => Snackbar.Add(e.Message, Severity.Error);

    private async Task TryAsync(Func<Task> action, Action<ConvoException> refused)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is not (OperationCanceledException or JSDisconnectedException))
        {
            refused(Failures.Plain(e));
        }
    }
}
