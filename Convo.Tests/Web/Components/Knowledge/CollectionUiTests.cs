using Bunit;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Components.Chat;
using Convo.Web.Components.Knowledge;

namespace Convo.Tests.Web.Components.Knowledge;

public sealed class CollectionUiTests : ComponentTest
{
    [Fact]
    public void Cards_WithoutCollections_SayWhatTheyAreFor() =>
        Assert.Contains("share with people or a team", Render<CollectionCards>().Find(".none").TextContent, StringComparison.Ordinal);

    [Fact]
    public void Cards_WithCollections_LinkToEachWithItsFilesAndItsOwner()
    {
        var own = Collections.Add("Policies", files: 3);
        Collections.Add("Handbook", CollectionAccess.Read, files: 1);

        var view = Render<CollectionCards>();

        Assert.Equal($"/documents/{own.Id}", view.FindAll("a.card")[0].GetAttribute("href"));
        Assert.Contains("3 files", view.FindAll("a.card")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Ada Sample’s; you can read", view.FindAll("a.card")[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Cards_ThatCannotBeRead_SayWhyAndTryAgain()
    {
        Collections.Refusal = new ConvoException(ProblemKind.Unavailable, "database_unavailable", "The database does not answer. Try again.");
        var view = Render<CollectionCards>();
        Assert.Contains("does not answer", view.Find(".notice").TextContent, StringComparison.Ordinal);

        Collections.Refusal = null;
        Collections.Add("Policies");
        view.Find(".notice button").Click();

        view.WaitForAssertion(() => Assert.Single(view.FindAll("a.card")));
    }

    [Fact]
    public void Page_OfAReader_OffersNothingThatWouldBeRefused()
    {
        var collection = Collections.Add("Handbook", CollectionAccess.Read);

        var view = Render<CollectionPage>(p => p.Add(x => x.CollectionId, collection.Id));

        Assert.DoesNotContain(view.FindAll("button"), b => b.TextContent.Contains("Share", StringComparison.Ordinal) || b.TextContent.Contains("Upload", StringComparison.Ordinal));
        Assert.Null(view.Find(".page-scroll").GetAttribute("data-drop"));
    }

    [Fact]
    public void Page_OfTheOwner_ShowsFilesAndMembers()
    {
        var collection = Collections.Add("Policies", files: 1);
        Collections.Members[collection.Id] = [new CollectionMember(collection.OwnerId, null, "Ben Sample", "ben@example.org", CollectionAccess.Write)];
        Collections.Files[collection.Id] = [Knowledge.Add(Caller, "policy.pdf", AttachmentStatus.Ready)];

        var view = Render<CollectionPage>(p => p.Add(x => x.CollectionId, collection.Id));

        Assert.Contains("Ben Sample", view.Find(".members").TextContent, StringComparison.Ordinal);
        Assert.Contains("policy.pdf", view.Find("table").TextContent, StringComparison.Ordinal);
        view.Find("button[aria-label^='Take out']").Click();
        view.WaitForAssertion(() => Assert.Empty(view.FindAll("table")));
    }

    [Fact]
    public void Page_OfACollectionThatIsGone_SaysSo() =>
        Assert.Contains("not here", Render<CollectionPage>(p => p.Add(x => x.CollectionId, Caller.UserId)).Find(".empty").TextContent, StringComparison.Ordinal);

    [Fact]
    public void Pill_WithoutCollections_IsNotThere() => Assert.Empty(Render<CollectionPill>().FindAll("button"));

    [Fact]
    public void Pill_OnAChoice_NamesItAndTellsTheChat()
    {
        var (policies, handbook) = (Collections.Add("Policies"), Collections.Add("Handbook"));
        IReadOnlyList<Guid>? told = null;
        var view = Render<CollectionPill>(p => p.Add(x => x.Chosen, [policies.Id]).Add(x => x.OnChange, ids =>
        {
            told = ids;
            return Task.CompletedTask;
        }));
        Assert.Equal("Collections: Policies", view.Find("button.pill").GetAttribute("aria-label"));

        view.FindAll("input[type=checkbox]")[1].Change(true);
        Assert.Equal([policies.Id, handbook.Id], told!);

        view.FindAll("input[type=checkbox]")[0].Change(false);
        Assert.Empty(told!);
    }
}
