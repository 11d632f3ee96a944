using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Convo.Web.Components.History;

/// <summary>All chats of a person, searched and paged. The address is the state.</summary>
public sealed partial class ChatsPage
{
    private readonly CancellationTokenSource _gone = new();
    private List<ConversationThread>? _threads;
    private string? _next;
    private string? _problem;
    private string? _query;

    [SupplyParameterFromQuery(Name = "q")] private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "archived")] private bool Archived { get; set; }

    private string EmptyText => Query is not null ? "Try fewer or other words, or look among the " + (Archived ? "active" : "archived") + " chats."
        : Archived ? "Archive a chat from its menu: it leaves the list but stays here, with everything in it." : "What you ask will be listed here.";

    protected override Task OnParametersSetAsync()
    {
        _query = Query;
        return LoadAsync();
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private string Address(bool archived) => Navigation.GetUriWithQueryParameters("/chats", new Dictionary<string, object?> { ["q"] = Query, ["archived"] = archived ? true : null });

    private void Search() => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("q", string.IsNullOrWhiteSpace(_query) ? null : _query.Trim()));

    private async Task LoadAsync()
    {
        (_threads, _next) = (null, null);
        await MoreAsync();
    }

    private Task MoreAsync() => TryAsync(async caller =>
    {
        var page = await Conversations.ListAsync(caller, new ThreadFilter(Query, Archived, _next), _gone.Token);
        (_threads, _next) = ([.. _threads ?? [], .. page.Items], page.NextCursor);
    });

    private Task Archive(ConversationThread thread) => TryAsync(async caller =>
    {
        await Conversations.ChangeAsync(caller, thread.Id, new ThreadChange { Archived = !thread.Archived }, _gone.Token);
        await TakeAwayAsync(thread);
    });

    private Task Delete(ConversationThread thread) => TryAsync(async caller =>
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, "Delete this chat?", $"“{ThreadGroups.TitleOf(thread)}” goes with its answers and its files. This cannot be undone.", "Delete")) return;
        await Conversations.DeleteAsync(caller, thread.Id, _gone.Token);
        await TakeAwayAsync(thread);
    });

    private Task TakeAwayAsync(ConversationThread thread)
    {
        _threads?.Remove(thread);
        return Shelf.LoadAsync();
    }

    private async Task TryAsync(Func<Caller, Task> work)
    {
        try
        {
            await work(await Current.CallerAsync());
            _problem = null;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception e)
        {
            _problem = Failures.Plain(e).Message;
        }
    }
}
