using Bunit;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Layout;

public sealed class ThreadListTests : ComponentTest
{
    private ThreadShelf Shelf => Services.GetRequiredService<ThreadShelf>();

    [Fact]
    public void Of_ThreadsOfManyDays_AreGroupedByThePersonsCalendar()
    {
        var time = Services.GetRequiredService<BrowserTime>();
        time.SetZone("Pacific/Auckland");
        // 14:02 UTC is 03:02 of the next day there: what was written at 10:30 UTC is of yesterday.
        Conversations.AddThread(Caller, "now");
        Conversations.AddThread(Caller, "yesterday there", Time.GetUtcNow().AddHours(-3.5));
        Conversations.AddThread(Caller, "pinned", Time.GetUtcNow().AddDays(-400), pinned: true);
        Conversations.AddThread(Caller, "week", Time.GetUtcNow().AddDays(-6));
        Conversations.AddThread(Caller, "old", Time.GetUtcNow().AddDays(-60));

        var groups = ThreadGroups.Of(Conversations.Threads, time);

        Assert.Equal(["Pinned", "Today", "Yesterday", "Last week", "Older"], groups.Select(group => group.Name));
        Assert.Equal("yesterday there", groups[2].Threads[0].Title);
    }

    [Fact]
    public async Task List_OpenThread_IsCurrent()
    {
        var thread = Conversations.AddThread(Caller, "Open");
        Conversations.AddThread(Caller, "Other");
        await Shelf.LoadAsync();
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/c/{thread.Id}");
        var view = Render<ThreadList>();

        Assert.Equal("Open", view.Find("a[aria-current=page]").TextContent.Trim());
        Assert.Equal(2, view.FindAll("li").Count);
    }

    [Fact]
    public async Task Menu_Pin_MovesTheThreadToPinned()
    {
        var thread = Conversations.AddThread(Caller, "A chat");
        await Shelf.LoadAsync();
        var view = Render<ThreadList>();
        await view.Find("#thread-menu").TriggerEventAsync("onconvoaction", new ConvoActionEventArgs { Action = "pin", Key = thread.Id.ToString() });

        view.WaitForAssertion(() => Assert.Equal("Pinned", view.Find("h2").TextContent));
    }

    [Fact]
    public async Task Menu_Archive_TakesTheThreadAwayAndLeavesItsPage()
    {
        var thread = Conversations.AddThread(Caller, "A chat");
        await Shelf.LoadAsync();
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo($"/c/{thread.Id}");
        var view = Render<ThreadList>();
        await view.Find("#thread-menu").TriggerEventAsync("onconvoaction", new ConvoActionEventArgs { Action = "archive", Key = thread.Id.ToString() });

        view.WaitForAssertion(() => Assert.Empty(view.FindAll("li")));
        Assert.Equal("", navigation.ToBaseRelativePath(navigation.Uri));
    }

    [Theory]
    [InlineData("My usage and budget", "bud", true)]
    [InlineData("Documents", "dcs", true)]
    [InlineData("Keyboard shortcuts", "zzz", false)]
    [InlineData("Show or hide threads", "sat", false)]
    public void Score_Letters_MatchWhenTheyRunThroughTheTitle(string title, string query, bool matches) =>
        Assert.Equal(matches, PaletteItems.Score(title, query) is not null);
}
