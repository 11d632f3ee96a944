using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Convo.Web.Components.Chat;

/// <summary>The chat page. The address is the state: every circuit can be lost. It draws a <see cref="ChatSession"/> and forwards to it.</summary>
public sealed partial class ChatPage : IAsyncDisposable
{
    private static readonly TimeSpan TitlePatience = TimeSpan.FromSeconds(4);

    private string? _name;
    private Caller? _caller;
    private OpenSource? _source;
    private Guid? _why;
    private Conversation? _conversation;
    private Composer? _composer;

    [Inject] internal ChatSession Session { get; set; } = null!;
    [Inject] internal IModelCatalogue Models { get; set; } = null!;
    [Inject] internal ThreadShelf Shelf { get; set; } = null!;
    [Inject] internal BudgetWatch Budget { get; set; } = null!;
    [Inject] internal ChatCommands Commands { get; set; } = null!;
    [Inject] internal CurrentPerson Current { get; set; } = null!;
    [Inject] internal NavigationManager Navigation { get; set; } = null!;
    [Inject] internal IDialogService Dialogs { get; set; } = null!;
    [Inject] internal TimeProvider Clock { get; set; } = null!;
    [Inject] internal ISnackbar Snackbar { get; set; } = null!;
    [Inject] internal Failures Failures { get; set; } = null!;

    [Parameter] public Guid? ThreadId { get; set; }

    private ChatSnapshot Snapshot => Session.Snapshot;

    /// <summary>What this person may choose; the whole catalogue until it is known who that is.</summary>
    private IReadOnlyList<ModelInfo> Offered => _caller is { } caller ? Models.ListFor(caller) : Models.List();

    private string? Title => Snapshot.Thread is { } thread ? ThreadGroups.TitleOf(thread) : null;

    protected override async Task OnInitializedAsync()
    {
        Session.Changed += Refresh;
        Session.TurnEnded += OnTurnEnded;
        Shelf.Changed += OnShelfChanged;
        Commands.ModelPicked += OnModelPicked;
        Models.Changed += OnModelsChanged;
        _name = (await Current.FindAsync())?.Name;
        _caller = await Current.CallerAsync();
        Session.Offer(Offered, Models.DefaultFor(_caller));
    }

    protected override Task OnParametersSetAsync()
    {
        if (ThreadId != Snapshot.Thread?.Id) (_source, _why) = (null, null);
        return Session.OpenAsync(ThreadId);
    }

    public async ValueTask DisposeAsync()
    {
        Session.Changed -= Refresh;
        Session.TurnEnded -= OnTurnEnded;
        Shelf.Changed -= OnShelfChanged;
        Commands.ModelPicked -= OnModelPicked;
        Models.Changed -= OnModelsChanged;
        await Session.DisposeAsync();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    private void OnTurnEnded() => _ = InvokeAsync(async () =>
    {
        await Task.WhenAll(Shelf.LoadAsync(), Budget.RefreshAsync());
        if (Snapshot.Messages.Count > 2) return;
        // A cheap model may give the thread a better title than its first words, a moment later.
        await Task.Delay(TitlePatience, Clock);
        await Shelf.LoadAsync();
    });

    private void OnShelfChanged() => _ = InvokeAsync(() =>
    {
        if (Snapshot.Thread is { } thread && Shelf.Find(thread.Id) is { } listed) Session.TitleIs(listed.Title);
    });

    private void OnModelsChanged() => _ = InvokeAsync(() =>
    {
        if (_caller is { } caller) Session.Offer(Offered, Models.DefaultFor(caller));
        StateHasChanged();
    });

    private void OnModelPicked(string id) => _ = InvokeAsync(async () =>
    {
        if (Offered.FirstOrDefault(model => model.QualifiedId == id) is { } model) await Session.ChooseAsync(model, Snapshot.Temperature);
    });

    private Task Choose((ModelInfo Model, double? Temperature, bool Once) choice) => Session.ChooseAsync(choice.Model, choice.Temperature, choice.Once);

    private async Task<bool> Send((string Text, IReadOnlyList<MessageAttachment> Files, Guid? Key) draft)
    {
        // Not waited for: a line that loses what the page answers must not hold the message back.
        _ = _conversation?.PinAsync();
        var accepted = await Session.SendAsync(draft.Text, draft.Files, draft.Key);
        await AfterStart();
        return accepted;
    }

    private async Task<bool> Recover(Guid key)
    {
        if (await Session.FindSentAsync(key) is not { } threadId) return false;
        if (threadId != ThreadId) Navigation.NavigateTo($"/c/{threadId}", replace: true);
        return true;
    }

    private async Task Edit((Message Message, string Text) edit)
    {
        if (_composer is { } composer) await composer.FocusAsync();
        if (!await Session.EditAsync(edit.Message, edit.Text) && _composer is not null) await _composer.GiveBackAsync(edit.Text);
        await AfterStart();
    }

    private async Task Regenerate((Guid MessageId, string? Model) answer)
    {
        await Session.RegenerateAsync(answer.MessageId, answer.Model);
        await AfterStart();
    }

    private Task AfterStart()
    {
        // A new chat has an address now. The page stays as it is: the same component serves both routes.
        if (Snapshot.Thread is { } thread && thread.Id != ThreadId) Navigation.NavigateTo($"/c/{thread.Id}", replace: ThreadId is null);
        return Task.WhenAll(Shelf.LoadAsync(), Budget.RefreshAsync());
    }

    private void OnAction(ConvoActionEventArgs e)
    {
        if (e.Action == "why") (_source, _why) = (null, e.Id);
        if (e.Action != "cite" || !int.TryParse(e.Text, out var number)) return;
        var message = Snapshot.Messages.FirstOrDefault(other => other.Id == e.Id);
        var citations = message?.Id == Session.Live?.MessageId ? Session.Live!.State.Citations : message?.Citations;
        if (citations?.FirstOrDefault(citation => citation.Number == number) is { } cited) _source = new OpenSource(message!.Id, cited);
    }

    private void CloseSource() => _source = null;

    private async Task OnThreadAction(string action)
    {
        if (Snapshot.Thread is not { } thread) return;
        try
        {
            await new ThreadActions(Shelf, Dialogs, Navigation).RunAsync(action, thread.Id);
        }
        catch (Exception problem)
        {
            Snackbar.Add(Failures.Plain(problem).Message, Severity.Error);
        }
    }
}
