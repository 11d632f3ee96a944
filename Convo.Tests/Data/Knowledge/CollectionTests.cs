using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

public sealed class CollectionTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;

    private ICollectionService Collections => _engine.Get<ICollectionService>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Share_WithPeopleAndATeam_OpensItToThemAndTakingItBackCloses()
    {
        var team = TimeProvider.System.NewId();
        await _engine.ExecuteAsync("INSERT INTO teams (id, name) VALUES (@team, 'Harbour')", new { team });
        var (reader, member, stranger) = (await _engine.AddUserAsync(), await _engine.AddUserAsync(team), await _engine.AddUserAsync());
        var collection = await Collections.CreateAsync(
            _engine.Owner,
            new CollectionChange("Policies", Members: [new(null, $"{reader.UserId:N}@EXAMPLE.org", null, null, CollectionAccess.Read), new(null, null, null, "harbour", CollectionAccess.Write)]),
            Token);
        await _engine.IndexAsync("The lighthouse code is heliotrope.", collectionId: collection.Id);
        var scope = new RetrievalScope(null, [], [collection.Id]);

        Assert.Equal(CollectionAccess.Read, (await Collections.GetAsync(reader, collection.Id, Token)).Access);
        Assert.Equal(CollectionAccess.Write, (await Collections.GetAsync(member, collection.Id, Token)).Access);
        Assert.Equal((CollectionAccess.Owner, 1, 1, 2), (await Collections.GetAsync(_engine.Owner, collection.Id, Token)) is var own ? (own.Access, own.Files, own.Ready, own.Members) : default);
        Assert.Single(await _engine.FindAsync("heliotrope", caller: reader, scope: scope));
        Assert.Equal(["Harbour", "Member"], (await Collections.MembersAsync(reader, collection.Id, Token)).Select(m => m.Name).Order());
        await ShouldBeAsync(ProblemKind.NotFound, () => Collections.GetAsync(stranger, collection.Id, Token));
        await ShouldBeAsync(ProblemKind.NotFound, () => _engine.FindAsync("heliotrope", caller: stranger, scope: scope));
        Assert.Empty((await Collections.ListAsync(stranger, null, 50, Token)).Items);

        await Collections.ChangeAsync(_engine.Owner, collection.Id, new CollectionChange(Members: []), Token);

        await ShouldBeAsync(ProblemKind.NotFound, () => Collections.FilesAsync(reader, collection.Id, null, 50, Token));
        Assert.Empty(await _engine.FindAsync("heliotrope", caller: member));
        Assert.Single(await _engine.FindAsync("heliotrope"));
    }

    [Fact]
    public async Task Change_ByAMember_Is403AndByAStranger404()
    {
        var (writer, stranger) = (await _engine.AddUserAsync(), await _engine.AddUserAsync());
        var collection = await Collections.CreateAsync(_engine.Owner, new CollectionChange("Policies", Members: [new(writer.UserId, null, null, null, CollectionAccess.Write)]), Token);

        foreach (var (person, kind) in new[] { (writer, ProblemKind.Forbidden), (stranger, ProblemKind.NotFound) })
        {
            await ShouldBeAsync(kind, () => Collections.ChangeAsync(person, collection.Id, new CollectionChange("Mine"), Token));
            await ShouldBeAsync(kind, () => Collections.ChangeAsync(person, collection.Id, new CollectionChange(Members: []), Token));
            await ShouldBeAsync(kind, () => Collections.DeleteAsync(person, collection.Id, Token));
        }

        Assert.Equal("Policies", (await Collections.GetAsync(_engine.Owner, collection.Id, Token)).Name);
    }

    [Fact]
    public async Task Attach_OfAFile_IsForWritersAndTheirOwnFilesOnly()
    {
        var (writer, reader) = (await _engine.AddUserAsync(), await _engine.AddUserAsync());
        var collection = await Collections.CreateAsync(
            _engine.Owner, new CollectionChange("Policies", Members: [new(writer.UserId, null, null, null, CollectionAccess.Write), new(reader.UserId, null, null, null, CollectionAccess.Read)]), Token);
        var thread = await _engine.AddThreadAsync(writer);
        var theirs = await _engine.IndexAsync("The writer's heliotrope.", owner: writer, threadId: thread);
        var readers = await _engine.IndexAsync("The reader's heliotrope.", owner: reader);

        await ShouldBeAsync(ProblemKind.Forbidden, () => Collections.AttachAsync(reader, collection.Id, readers.Id, Token));
        await ShouldBeAsync(ProblemKind.NotFound, () => Collections.AttachAsync(_engine.Owner, collection.Id, theirs.Id, Token));
        await Collections.AttachAsync(writer, collection.Id, theirs.Id, Token);

        Assert.Equal(theirs.Id, Assert.Single((await Collections.FilesAsync(reader, collection.Id, null, 50, Token)).Items).Id);
        Assert.Equal(2, (await _engine.FindAsync("heliotrope", caller: reader)).Count);
        // It does not go with the thread it came from.
        await _engine.ExecuteAsync("DELETE FROM conversation_threads");
        Assert.Single((await Collections.FilesAsync(reader, collection.Id, null, 50, Token)).Items);

        await ShouldBeAsync(ProblemKind.NotFound, () => Collections.DetachAsync(reader, collection.Id, theirs.Id, Token));
        await Collections.DetachAsync(_engine.Owner, collection.Id, theirs.Id, Token);
        Assert.Single(await _engine.FindAsync("heliotrope", caller: reader));
        Assert.Single(await _engine.FindAsync("heliotrope", caller: writer));
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("name", "two\nlines")]
    [InlineData("members", "nobody@example.org")]
    public async Task Create_WithWhatCannotBe_NamesTheField(string field, string value)
    {
        var change = field == "name" ? new CollectionChange(value) : new CollectionChange("Policies", Members: [new(null, value, null, null, CollectionAccess.Read)]);

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => Collections.CreateAsync(_engine.Owner, change, Token));

        Assert.Equal((ProblemKind.Invalid, field), (refusal.Kind, refusal.Field));
        Assert.Equal(0, await _engine.CountAsync("SELECT count(*) FROM collections"));
    }

    [Fact]
    public async Task List_OfManyCollections_PagesWithoutGapOrRepeat()
    {
        for (var i = 0; i < 5; i++)
        {
            await Collections.CreateAsync(_engine.Owner, new CollectionChange($"Shelf {i}"), Token);
        }

        var (seen, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await Collections.ListAsync(_engine.Owner, cursor, 2, Token);
            seen.AddRange(page.Items.Select(c => c.Name));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(["Shelf 4", "Shelf 3", "Shelf 2", "Shelf 1", "Shelf 0"], seen);
    }

    private static async Task ShouldBeAsync(ProblemKind kind, Func<Task> act) => Assert.Equal(kind, (await Assert.ThrowsAsync<ConvoException>(act)).Kind);
}
