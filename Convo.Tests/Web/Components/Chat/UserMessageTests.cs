using Bunit;
using Convo.Core.Conversations;
using Convo.Web.Components.Chat;
using Microsoft.AspNetCore.Components.Web;

namespace Convo.Tests.Web.Components.Chat;

public sealed class UserMessageTests : ComponentTest
{
    [Fact]
    public void UserMessage_Markup_IsTextAndNothingElse()
    {
        var view = Show(Question("<b>bold</b> **stars**"));

        Assert.Equal("You", view.Find("article").GetAttribute("aria-label"));
        Assert.Equal("<b>bold</b> **stars**", view.Find(".bubble").TextContent);
    }

    [Fact]
    public void Edit_ControlEnter_GivesTheNewText()
    {
        (Message Message, string Text)? edited = null;
        var question = Question("Old");
        var view = Show(question, p => p.Add(x => x.OnEdit, edit => edited = edit));
        view.Find("button[aria-label=Edit]").Click();
        Assert.Equal("Old", view.Find("textarea").GetAttribute("value"));
        view.Find("textarea").Change("New");
        view.Find("textarea").KeyDown(new KeyboardEventArgs { Key = "Enter", CtrlKey = true });

        Assert.Equal((question.Id, "New"), (edited!.Value.Message.Id, edited.Value.Text));
        Assert.Empty(view.FindAll("textarea"));
    }

    [Fact]
    public void Edit_Escape_ChangesNothing()
    {
        var edited = false;
        var view = Show(Question("Old"), p => p.Add(x => x.OnEdit, _ => edited = true));
        view.Find("button[aria-label=Edit]").Click();
        view.Find("textarea").Change("New");
        view.Find("textarea").KeyDown(new KeyboardEventArgs { Key = "Escape" });

        Assert.False(edited);
        Assert.Equal("Old", view.Find(".bubble").TextContent);
    }

    [Fact]
    public void Edit_WhileAnAnswerRuns_IsDisabledNotAbsent() =>
        Assert.True(Show(Question("Old"), p => p.Add(x => x.Locked, true)).Find("button[aria-label=Edit]").HasAttribute("disabled"));

    [Fact]
    public void UserMessage_LongText_IsClampedButComplete()
    {
        var text = string.Concat(Enumerable.Repeat("word ", 600));
        var view = Show(Question(text));
        Assert.True(view.Find(".bubble").HasAttribute("data-clamp"));
        Assert.Equal(text, view.Find(".bubble").TextContent);
        view.Find("button[aria-expanded=false]").Click();

        Assert.False(view.Find(".bubble").HasAttribute("data-clamp"));
    }

    private Message Question(string text)
    {
        var thread = Conversations.AddThread(Caller, "A chat");
        return Conversations.AddMessage(thread.Id, null, MessageRole.User, text, MessageStatus.Complete);
    }

    private IRenderedComponent<UserMessage> Show(Message message, Action<ComponentParameterCollectionBuilder<UserMessage>>? more = null) =>
        Render<UserMessage>(p =>
        {
            p.Add(x => x.Message, message);
            more?.Invoke(p);
        });
}
