using Bunit;
using Convo.Core.Conversations;
using Convo.Web.Components.History;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.History;

public sealed class ChatsPageTests : ComponentTest
{
    [Fact]
    public async Task Archived_BringBack_MovesTheChatToTheActiveOnes()
    {
        var kept = Conversations.AddThread(Caller, "Kept away");
        Conversations.AddThread(Caller, "In use");
        await Conversations.ChangeAsync(Caller, kept.Id, new ThreadChange { Archived = true }, Xunit.TestContext.Current.CancellationToken);
        Open("/chats?archived=true");
        var view = Render<ChatsPage>();

        Assert.Equal(["Kept away"], view.FindAll(".chats b").Select(title => title.TextContent));
        await view.Find("button[aria-label='Bring back Kept away']").ClickAsync();

        Assert.Contains("Nothing is archived", view.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Conversations.Threads, thread => thread.Archived);
    }

    [Fact]
    public void Search_WordsOfTheAddress_ListsWhatHasThem()
    {
        Conversations.AddThread(Caller, "Travel costs");
        Conversations.AddThread(Caller, "Lunch");
        Open("/chats?q=travel");

        Assert.Equal(["Travel costs"], Render<ChatsPage>().FindAll(".chats b").Select(title => title.TextContent));
    }

    [Fact]
    public void Search_WordsNobodyWrote_SaysWhatToTry()
    {
        Conversations.AddThread(Caller, "Lunch");
        Open("/chats?q=zeppelin");

        Assert.Contains("Try fewer or other words", Render<ChatsPage>().Markup, StringComparison.Ordinal);
    }

    private void Open(string address) => Services.GetRequiredService<NavigationManager>().NavigateTo(address);
}
