using Convo.Core.Conversations;

namespace Convo.Data.Conversations;

/// <summary>A thread as the statements of this slice select it.</summary>
internal sealed record ThreadRow(
    Guid Id,
    Guid OwnerId,
    string? Title,
    string? Model,
    double? Temperature,
    string? SystemPrompt,
    bool Pinned,
    bool Archived,
    Guid? LeafId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool Running,
    Guid[] CollectionIds,
    string? Snippet)
{
    /// <summary>Of <c>conversation_threads t</c>, without the snippet.</summary>
    public const string Columns =
        """
        t.id, t.owner_id, t.title, t.model, t.temperature, t.system_prompt, t.pinned, t.archived, t.leaf_id, t.created_at, t.updated_at,
        EXISTS (SELECT 1 FROM conversation_messages r WHERE r.thread_id = t.id AND r.status = 'streaming') AS running,
        ARRAY(SELECT c.collection_id FROM thread_collections c WHERE c.thread_id = t.id ORDER BY c.collection_id) AS collection_ids
        """;

    public ConversationThread ToThread() =>
        new(Id, OwnerId, Title, Model, Temperature, SystemPrompt, Pinned, Archived, LeafId, CreatedAt, UpdatedAt, Running, Snippet)
        {
            CollectionIds = CollectionIds,
        };
}
