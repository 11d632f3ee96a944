namespace Convo.Tests.Security;

/// <summary>Which rows of which table are a person's. A new table needs one line, here or among those that are nobody's.</summary>
internal static class OwnedTables
{
    private const string Threads = "(SELECT t.id FROM conversation_threads t WHERE t.owner_id = @Id)";
    private const string Messages = $"(SELECT m.id FROM conversation_messages m WHERE m.thread_id IN {Threads})";
    private const string Files = "(SELECT a.id FROM attachments a WHERE a.owner_id = @Id)";

    public static readonly IReadOnlyDictionary<string, string> Conditions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["users"] = "x.id = @Id",
        ["api_keys"] = "x.user_id = @Id",
        ["user_sessions"] = "x.user_id = @Id",
        ["external_logins"] = "x.user_id = @Id",
        ["sign_in_links"] = "x.user_id = @Id",
        ["teams"] = "x.id = (SELECT u.team_id FROM users u WHERE u.id = @Id)",
        ["conversation_threads"] = "x.owner_id = @Id",
        ["conversation_messages"] = $"x.thread_id IN {Threads}",
        ["message_revisions"] = $"x.message_id IN {Messages}",
        ["message_attachments"] = $"x.message_id IN {Messages} OR x.attachment_id IN {Files}",
        ["message_retrievals"] = $"x.message_id IN {Messages}",
        ["citations"] = $"x.message_id IN {Messages} OR x.attachment_id IN {Files}",
        ["idempotency_keys"] = "x.user_id = @Id",
        ["collections"] = "x.owner_id = @Id",
        ["collection_members"] = "x.collection_id IN (SELECT c.id FROM collections c WHERE c.owner_id = @Id)",
        ["thread_collections"] = $"x.thread_id IN {Threads} OR x.collection_id IN (SELECT c.id FROM collections c WHERE c.owner_id = @Id)",
        ["attachments"] = "x.owner_id = @Id",
        ["attachment_blobs"] = $"x.attachment_id IN {Files}",
        ["attachment_texts"] = $"x.attachment_id IN {Files}",
        ["attachment_drafts"] = $"x.attachment_id IN {Files}",
        ["attachment_chunks"] = $"x.attachment_id IN {Files}",
        ["chunk_embeddings"] = $"x.attachment_id IN {Files}",
        ["usage_ledger"] = "x.user_id = @Id",
        ["budgets"] = "x.scope_id = @Id",
        ["budget_holds"] = "x.user_id = @Id",
        ["model_members"] = "x.user_id = @Id",
    };

    /// <summary>What belongs to the organisation or to Convo itself.</summary>
    public static readonly IReadOnlySet<string> Shared = new HashSet<string>(StringComparer.Ordinal)
    {
        "audit_log", "data_protection_keys", "lexemes", "search_languages", "schema_migrations",
        "models", "model_members", "model_endpoints", "model_providers", "model_settings", "stop_requests", "budget_warnings", "embedding_models", "search_models",
    };
}
