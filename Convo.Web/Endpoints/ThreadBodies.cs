using Convo.Core.Conversations;

namespace Convo.Web.Endpoints;

/// <summary>A thread as the API shows it.</summary>
internal sealed record ThreadBody(
    Guid Id, string? Title, string? Model, double? Temperature, string? SystemPrompt, bool Pinned, bool Archived,
    IReadOnlyList<Guid> CollectionIds, Guid? LeafId, bool Running, string? Snippet, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static ThreadBody Of(ConversationThread t) => new(
        t.Id, t.Title, t.Model, t.Temperature, t.SystemPrompt, t.Pinned, t.Archived, t.CollectionIds, t.LeafId, t.Running, t.Snippet, t.CreatedAt, t.UpdatedAt);
}

internal sealed record NewThreadBody(
    string? Title = null, string? Model = null, double? Temperature = null, string? SystemPrompt = null, IReadOnlyList<Guid>? CollectionIds = null)
{
    public NewThread ToNewThread() => new(Title, Model, Temperature, SystemPrompt, CollectionIds);
}

/// <summary>One page of any list.</summary>
internal sealed record ListBody<T>(IReadOnlyList<T> Items, string? NextCursor = null);
