using Microsoft.AspNetCore.Components;
using MudBlazor;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Layout;

/// <summary>What the menu of a thread does, from the sidebar and from the chat's own header.</summary>
internal sealed class ThreadActions(ThreadShelf shelf, IDialogService dialogs, NavigationManager navigation)
{
    public async Task RunAsync(string action, Guid id)
    {
        var title = ThreadGroups.TitleOf(shelf.Find(id));
        switch (action)
        {
            case "rename":
                if (await TextDialog.AskAsync(dialogs, "Rename chat", "Title", title, "Rename") is { } text) await shelf.RenameAsync(id, text);
                break;
            case "pin" or "unpin":
                await shelf.PinAsync(id, action == "pin");
                break;
            case "archive":
                await shelf.ArchiveAsync(id, archived: true);
                LeaveIfShown(id);
                break;
            case "delete" when await ConfirmDialog.AskAsync(dialogs, "Delete this chat?", $"“{title}” goes with its answers and its files. This cannot be undone.", "Delete"):
                await shelf.DeleteAsync(id);
                LeaveIfShown(id);
                break;
        }
    }

    private void LeaveIfShown(Guid id)
    {
        if (ThreadList.ActiveThread(navigation) == id) navigation.NavigateTo("/");
    }
}
