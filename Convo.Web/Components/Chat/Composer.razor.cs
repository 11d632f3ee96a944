using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Convo.Web.Components.Chat;

/// <summary>Where messages are written. See Composer.razor.js for what happens between two sends.</summary>
public sealed partial class Composer
{
    private ElementReference _form;
    private JsModule? _module;
    private IJSObjectReference? _box;

    /// <summary>What the box says while it is attached comes before the call that attaches it returns.</summary>
    private readonly TaskCompletionSource<IJSObjectReference> _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>An answer is being written: the button stops it.</summary>
    [Parameter] public bool Running { get; set; }

    [Parameter] public bool HasMessages { get; set; }

    [Parameter] public Guid? ThreadId { get; set; }

    /// <summary>Who gets the message: its prices are what the estimate goes by, and not every model sees pictures.</summary>
    [Parameter] public ModelInfo? Model { get; set; }

    /// <summary>True when the message was stored.</summary>
    [Parameter, EditorRequired] public Func<(string Text, IReadOnlyList<MessageAttachment> Files, Guid? Key), Task<bool>> OnSend { get; set; } = null!;

    /// <summary>Whether the message with this key was stored before its page went away.</summary>
    [Parameter] public Func<Guid, Task<bool>>? OnRecover { get; set; }

    [Parameter] public EventCallback OnStop { get; set; }

    /// <summary>Further buttons beside the paperclip.</summary>
    [Parameter] public RenderFragment? Tools { get; set; }

    private string? Hold => Pending.Hold
        ?? (Model is { SupportsImages: false } && Pending.Files.Any(file => file.MediaType.StartsWith("image/", StringComparison.Ordinal))
            ? $"{Model.Name} cannot see pictures. Choose another model, or remove them."
            : null);

    private string Placeholder => HasMessages ? "Ask a follow-up, or drop a file…" : "Ask anything, or drop a file…";

    /// <summary>A text that was refused goes back into the box.</summary>
    public async Task GiveBackAsync(string text)
    {
        if (_box is not null) await _box.InvokeVoidAsync("giveBack", text);
    }

    /// <summary>Back to writing, after something else on the page was done.</summary>
    public async Task FocusAsync()
    {
        if (_box is not null) await _box.InvokeVoidAsync("focus");
    }

    protected override void OnInitialized()
    {
        Pending.Changed += Refresh;
        Budget.Changed += Refresh;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = new JsModule(Js, "/" + Assets["Components/Chat/Composer.razor.js"]);
        var token = Antiforgery.GetAntiforgeryToken();
        _box = await _module.CallAsync<IJSObjectReference>("attach", _form, new
        {
            token = token?.Value,
            maxBytes = Uploads.Value.MaxBytes,
            maxLength = Turns.Value.MaxMessageLength,
        });
        _attached.TrySetResult(_box);
    }

    public async ValueTask DisposeAsync()
    {
        Pending.Changed -= Refresh;
        Budget.Changed -= Refresh;
        _attached.TrySetCanceled();
        await Pending.DisposeAsync();
        try
        {
            if (_box is not null) await _box.InvokeVoidAsync("dispose");
        }
        catch (JSDisconnectedException)
        {
            // The page is closed.
        }

        await JsModule.DisposeAsync(_box);
        if (_module is not null) await _module.DisposeAsync();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private async Task OnAction(ConvoActionEventArgs e)
    {
        try
        {
            await RunAsync(e);
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or JSDisconnectedException))
        {
            Snackbar.Add(Failures.Plain(problem).Message, Severity.Error);
        }
    }

    private async Task RunAsync(ConvoActionEventArgs e)
    {
        switch (e.Action)
        {
            case "send":
                await SendAsync(e.Text ?? await ReadLongAsync(), e.Id == Guid.Empty ? null : e.Id);
                break;
            case "uploaded":
                await Pending.AddAsync(e.Id);
                break;
            case "restore":
                foreach (var id in (e.Text ?? "").Split(',').Take(50))
                {
                    if (Guid.TryParse(id, out var file)) await Pending.AddAsync(file);
                }

                break;
            case "recover":
                var box = await _attached.Task;
                if (OnRecover is not null && await OnRecover(e.Id))
                {
                    Pending.Clear();
                    await box.InvokeVoidAsync("recovered");
                }

                break;
            case "clear":
                Pending.Clear();
                break;
        }
    }

    private async Task SendAsync(string text, Guid? key)
    {
        var box = await _attached.Task;
        if (string.IsNullOrWhiteSpace(text) || Hold is not null || !await OnSend((text, Pending.ForMessage(), key)))
        {
            await box.InvokeVoidAsync("giveBack", text);
            return;
        }

        Pending.Clear();
        await box.InvokeVoidAsync("accepted");
    }

    /// <summary>A text too long for one message of the circuit comes in pieces.</summary>
    private async Task<string> ReadLongAsync()
    {
        var box = await _attached.Task;
        await using var reference = await box.InvokeAsync<IJSStreamReference>("takeLong");
        await using var stream = await reference.OpenReadStreamAsync(Turns.Value.MaxMessageLength * 4L);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
