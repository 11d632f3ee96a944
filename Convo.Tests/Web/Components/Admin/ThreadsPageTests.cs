using Bunit;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Web.Components.Admin.Threads;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Admin;

/// <summary>What an administrator is offered where the organisation does not let them read: to change a message, and to see nothing.</summary>
public sealed class ThreadsPageTests : ComponentTest
{
    private readonly FakeAdminConversations _messages = new();

    public ThreadsPageTests()
    {
        Services.AddSingleton<IAdminConversations>(_messages);
        Services.AddSingleton<IUserAdministration>(new NoUsers());
    }

    [Fact]
    public async Task Change_ByItsId_IsStoredWithItsReasonAndShowsNothing()
    {
        var id = TimeProvider.System.NewId();
        var view = Render<ThreadsPage>();

        await view.Find("#unseen-id").ChangeAsync($" {id} ");
        await view.Find("#unseen-text").ChangeAsync("[removed]");
        await view.Find("#unseen-reason").ChangeAsync("Asked for by its owner");
        await view.Find("form").SubmitAsync();

        Assert.Equal((id, "[removed]", "Asked for by its owner"), Assert.Single(_messages.Edits));
        Assert.Contains("was changed", view.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeAdminConversations.Secret, view.Markup, StringComparison.Ordinal);
        Assert.Equal("", view.Find("#unseen-reason").GetAttribute("value") ?? "");
    }

    [Fact]
    public async Task Change_WithWhatIsNoId_SaysSoAndChangesNothing()
    {
        var view = Render<ThreadsPage>();

        await view.Find("#unseen-id").ChangeAsync("the one from yesterday");
        await view.Find("form").SubmitAsync();

        Assert.Contains("not a message’s id", view.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(_messages.Edits);
    }

    private sealed class FakeAdminConversations : IAdminConversations
    {
        public const string Secret = "what stood there before";

        public List<(Guid Id, string? Content, string? Reason)> Edits { get; } = [];

        public bool MayRead => false;

        public Task<Message> EditAsync(Caller caller, Guid messageId, string? content, string? reason, CancellationToken cancellationToken)
        {
            Edits.Add((messageId, content, reason));
            return Task.FromResult(new Message { Id = messageId, ThreadId = messageId, Role = MessageRole.User, Content = Secret, Status = MessageStatus.Complete, CreatedAt = default });
        }

        public Task<IReadOnlyList<ThreadSummary>> ListAsync(Caller caller, Guid ownerId, string? reason, CancellationToken cancellationToken) => throw new InvalidOperationException("Reading is off.");

        public Task<OpenedThread> OpenAsync(Caller caller, Guid threadId, string? reason, CancellationToken cancellationToken) => throw new InvalidOperationException("Reading is off.");

        public Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken) => throw new InvalidOperationException("Reading is off.");
    }

    /// <summary>Nobody is looked up while reading is off.</summary>
    private sealed class NoUsers : IUserAdministration
    {
        private static InvalidOperationException Asked => new("Nobody was to be asked for.");

        public Task<Page<User>> ListAsync(Caller caller, UserFilter filter, CancellationToken cancellationToken) => throw Asked;

        public Task<User> GetAsync(Caller caller, Guid userId, CancellationToken cancellationToken) => throw Asked;

        public Task<CreatedUser> CreateAsync(Caller caller, NewUser user, CancellationToken cancellationToken) => throw Asked;

        public Task<User> ChangeAsync(Caller caller, Guid userId, UserChange change, CancellationToken cancellationToken) => throw Asked;

        public Task DeleteAsync(Caller caller, Guid userId, CancellationToken cancellationToken) => throw Asked;

        public Task<string> CreateLinkAsync(Caller caller, Guid userId, CancellationToken cancellationToken) => throw Asked;
    }
}
