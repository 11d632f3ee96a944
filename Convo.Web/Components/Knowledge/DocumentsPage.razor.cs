using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Convo.Web.Components.Knowledge;

/// <summary>A person's own files, with every stage of each.</summary>
public sealed partial class DocumentsPage
{
    private const int PageSize = 100;

    private ElementReference _form;
    private JsModule? _module;
    private IJSObjectReference? _uploads;
    private bool _loaded;
    private string? _next;
    private string? _problem;

    protected override async Task OnInitializedAsync()
    {
        Documents.Changed += Refresh;
        await LoadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = new JsModule(Js, "/" + Assets["Components/Knowledge/DocumentsPage.razor.js"]);
        var options = new { token = Antiforgery.GetAntiforgeryToken()?.Value, maxBytes = Uploads.Value.MaxBytes };
        _uploads = await _module.CallAsync<IJSObjectReference>("attach", _form, options);
    }

    public async ValueTask DisposeAsync()
    {
        Documents.Changed -= Refresh;
        await Documents.DisposeAsync();
        try
        {
            if (_uploads is not null) await _uploads.InvokeVoidAsync("dispose");
        }
        catch (JSDisconnectedException)
        {
            // The page is closed.
        }

        await JsModule.DisposeAsync(_uploads);
        if (_module is not null) await _module.DisposeAsync();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private Task LoadAsync() => TryAsync(async () =>
    {
        var page = await Attachments.ListAsync(await Current.CallerAsync(), _next, PageSize, CancellationToken.None);
        (_next, _loaded, _problem) = (page.NextCursor, true, null);
        Documents.Load(page.Items);
    }, e => _problem = e.Message);

    private Task OnAction(ConvoActionEventArgs e) => e.Action == "uploaded" ? Documents.AddAsync(e.Id) : Task.CompletedTask;

    private Task Retry(Guid id) => TryAsync(() => Documents.RetryAsync(id), Tell);

    private Task Delete(Attachment file) => TryAsync(async () =>
    {
        var text = $"“{file.Filename}” and its passages go. Answers that quote it keep the quoted words. This cannot be undone.";
        if (await ConfirmDialog.AskAsync(Dialogs, "Delete this file?", text, "Delete")) await Documents.RemoveAsync(file.Id);
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
