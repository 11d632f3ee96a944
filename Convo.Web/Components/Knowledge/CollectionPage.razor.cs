using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Convo.Web.Components.Knowledge;

/// <summary>One collection: its files, and who reads along.</summary>
public sealed partial class CollectionPage
{
    private const int PageSize = 100;

    private Collection? _collection;
    private IReadOnlyList<CollectionMember> _members = [];
    private Guid _loaded;
    private string? _next;
    private string? _problem;
    private bool _missing;

    [Parameter] public Guid CollectionId { get; set; }

    private bool MayWrite => _collection?.Access >= CollectionAccess.Write;

    protected override void OnInitialized() => Documents.Changed += Refresh;

    protected override Task OnParametersSetAsync()
    {
        if (_loaded == CollectionId) return Task.CompletedTask;
        _loaded = CollectionId;
        return LoadAsync();
    }

    public ValueTask DisposeAsync()
    {
        Documents.Changed -= Refresh;
        return Documents.DisposeAsync();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private async Task LoadAsync()
    {
        Documents.Clear();
        (_collection, _next, _problem, _missing) = (null, null, null, false);
        await TryAsync(
            async () =>
            {
                await LoadCollectionAsync();
                await LoadFilesAsync();
            },
            e => (_missing, _problem) = (e.Kind == ProblemKind.NotFound, e.Message));
    }

    private async Task LoadCollectionAsync()
    {
        var caller = await Current.CallerAsync();
        _collection = await Collections.GetAsync(caller, CollectionId, CancellationToken.None);
        _members = await Collections.MembersAsync(caller, CollectionId, CancellationToken.None);
    }

    private async Task LoadFilesAsync()
    {
        var page = await Collections.FilesAsync(await Current.CallerAsync(), CollectionId, _next, PageSize, CancellationToken.None);
        _next = page.NextCursor;
        Documents.Load(page.Items);
    }

    private Task RenameAsync() => TryAsync(async () =>
    {
        if (await TextDialog.AskAsync(Dialogs, "Rename the collection", "Name", _collection!.Name, "Save") is { } name)
        {
            _collection = await Collections.ChangeAsync(await Current.CallerAsync(), CollectionId, new CollectionChange(name), CancellationToken.None);
        }
    }, Tell);

    private Task ShareAsync() => TryAsync(async () =>
    {
        if (await ShareDialog.AskAsync(Dialogs, CollectionId, _collection!.Name, _members)) await LoadCollectionAsync();
    }, Tell);

    private Task DeleteAsync() => TryAsync(async () =>
    {
        var text = $"“{_collection!.Name}” goes with its {_collection.Files} files, those that others put in as well. Answers keep their text, but can no longer show these sources. This cannot be undone.";
        if (!await ConfirmDialog.AskAsync(Dialogs, "Delete this collection?", text, "Delete")) return;
        await Collections.DeleteAsync(await Current.CallerAsync(), CollectionId, CancellationToken.None);
        Navigation.NavigateTo("/documents");
    }, Tell);

    private Task Retry(Guid id) => TryAsync(() => Documents.RetryAsync(id), Tell);

    private Task Remove(Attachment file) => TryAsync(async () =>
    {
        await Collections.DetachAsync(await Current.CallerAsync(), CollectionId, file.Id, CancellationToken.None);
        Documents.Drop(file.Id);
        Snackbar.Add($"“{file.Filename}” is no longer in this collection. It stays with the person who uploaded it.");
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
