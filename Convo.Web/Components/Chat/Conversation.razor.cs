using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Convo.Web.Components.Chat;

/// <summary>The messages of a chat, where the reader stands in them, and what a screen reader hears of them.</summary>
public sealed partial class Conversation
{
    private ElementReference _log;
    private ElementReference _jump;
    private ElementReference _older;
    private JsModule? _module;
    private IJSObjectReference? _scroll;
    private Guid? _shownThread;
    private bool _loadingOlder;
    private Guid? _running;
    private string? _spoken;

    [Parameter, EditorRequired] public ChatSnapshot Snapshot { get; set; } = null!;

    [Parameter] public LiveAnswer? Live { get; set; }

    [Parameter] public IReadOnlyList<ModelInfo> Models { get; set; } = [];

    [Parameter] public EventCallback<(Guid MessageId, string? Model)> OnRegenerate { get; set; }

    [Parameter] public EventCallback<(Message Message, string Text)> OnEdit { get; set; }

    [Parameter] public EventCallback<Guid> OnBranch { get; set; }

    [Parameter] public EventCallback OnOlder { get; set; }

    [Parameter] public RenderFragment? ChildContent { get; set; }

    private bool Locked => Live is not null || Snapshot.Pending is not null;

    /// <summary>The reader wants the end: a message was sent.</summary>
    public async Task PinAsync()
    {
        if (_scroll is not null) await _scroll.InvokeVoidAsync("pin");
    }

    protected override void OnParametersSet()
    {
        // A screen reader hears that an answer begins and how it ended, never its pieces.
        if (Live is not null && _running != Live.MessageId) (_running, _spoken) = (Live.MessageId, "The answer has started.");
        else if (Live is null && _running is { } ended) (_running, _spoken) = (null, AnswerProblems.Spoken(Snapshot.Messages.FirstOrDefault(message => message.Id == ended)?.Status));
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = new JsModule(Js, "/" + Assets["js/scroll.js"]);
            _scroll = await _module.CallAsync<IJSObjectReference>("attach", _log, _jump, _older);
        }

        if (_shownThread != Snapshot.Thread?.Id && !Snapshot.Loading)
        {
            _shownThread = Snapshot.Thread?.Id;
            await PinAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_scroll is not null) await _scroll.InvokeVoidAsync("dispose");
        }
        catch (JSDisconnectedException)
        {
            // The page is closed.
        }

        await JsModule.DisposeAsync(_scroll);
        if (_module is not null) await _module.DisposeAsync();
    }

    private async Task LoadOlder()
    {
        _loadingOlder = true;
        await OnOlder.InvokeAsync();
        _loadingOlder = false;
    }

    private string NameOf(Message message) =>
        Models.FirstOrDefault(model => model.Id == message.Model && model.Provider == message.Provider)?.Name ?? message.Model ?? "Assistant";
}
