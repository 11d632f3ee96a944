namespace Convo.Tests.Security;

/// <summary>Who may use a route.</summary>
internal enum RouteAccess
{
    /// <summary>Anyone; it tells nothing of a person.</summary>
    Public,

    /// <summary>Whoever is signed in, for what is their own: no id of a thing is in the path.</summary>
    Own,

    /// <summary>Whoever owns the thing whose id is in the path. Anyone else gets 404 and changes nothing.</summary>
    Owned,

    /// <summary>Administrators only.</summary>
    Admin,
}

/// <param name="Path">The route with ids filled in: {thread} is the victim's thread; see <see cref="Victim"/> for the words.</param>
/// <param name="Body">JSON that the route would accept from the owner, or null.</param>
internal sealed record RouteRule(RouteAccess Access, string? Path = null, string? Body = null);

/// <summary>
/// Every route of Convo, and who may use it. A test compares this with what is mapped: a new route needs one line here, and a line with an id
/// in it is at once tried with another person's ids.
/// </summary>
internal static class RouteTable
{
    private const string Api = "/api/convo";

    public static readonly IReadOnlyDictionary<string, RouteRule> Rules = new Dictionary<string, RouteRule>(StringComparer.Ordinal)
    {
        // Threads
        [$"GET {Api}/threads"] = Own(),
        [$"POST {Api}/threads"] = Own("""{"title":"mine"}"""),
        [$"GET {Api}/threads/{{id:guid}}"] = Owned($"{Api}/threads/{{thread}}"),
        [$"PATCH {Api}/threads/{{id:guid}}"] = Owned($"{Api}/threads/{{thread}}", """{"title":"stolen"}"""),
        [$"DELETE {Api}/threads/{{id:guid}}"] = Owned($"{Api}/threads/{{thread}}"),
        [$"GET {Api}/threads/{{id:guid}}/export"] = Owned($"{Api}/threads/{{thread}}/export"),
        [$"GET {Api}/threads/{{threadId:guid}}/messages"] = Owned($"{Api}/threads/{{thread}}/messages"),
        [$"POST {Api}/threads/{{threadId:guid}}/messages"] = Owned($"{Api}/threads/{{thread}}/messages", """{"content":"for you"}"""),
        [$"POST {Api}/threads/import"] = Own("""{"format":"convo","version":1,"messages":[]}"""),

        // Messages
        [$"POST {Api}/messages/stream"] = Own("""{"content":"hello"}"""),
        [$"GET {Api}/messages/{{id:guid}}"] = Owned($"{Api}/messages/{{answer}}"),
        [$"PATCH {Api}/messages/{{id:guid}}"] = Owned($"{Api}/messages/{{answer}}", """{"content":"rewritten"}"""),
        [$"GET {Api}/messages/{{id:guid}}/stream"] = Owned($"{Api}/messages/{{answer}}/stream"),
        [$"POST {Api}/messages/{{id:guid}}/stop"] = Owned($"{Api}/messages/{{running}}/stop"),
        [$"POST {Api}/messages/{{id:guid}}/regenerate"] = Owned($"{Api}/messages/{{answer}}/regenerate", "{}"),
        [$"POST {Api}/messages/{{id:guid}}/continue"] = Owned($"{Api}/messages/{{answer}}/continue", "{}"),
        [$"GET {Api}/messages/{{id:guid}}/revisions"] = Owned($"{Api}/messages/{{answer}}/revisions"),
        [$"GET {Api}/messages/{{id:guid}}/retrieval"] = Owned($"{Api}/messages/{{answer}}/retrieval"),

        // Files
        [$"GET {Api}/attachments"] = Own(),
        [$"POST {Api}/attachments"] = Own(),
        [$"GET {Api}/attachments/{{id:guid}}"] = Owned($"{Api}/attachments/{{file}}"),
        [$"DELETE {Api}/attachments/{{id:guid}}"] = Owned($"{Api}/attachments/{{file}}"),
        [$"GET {Api}/attachments/{{id:guid}}/content"] = Owned($"{Api}/attachments/{{file}}/content"),
        [$"GET {Api}/attachments/{{id:guid}}/events"] = Owned($"{Api}/attachments/{{file}}/events"),
        [$"POST {Api}/attachments/{{id:guid}}/retry"] = Owned($"{Api}/attachments/{{file}}/retry"),
        [$"GET {Api}/attachments/chunks/{{id:guid}}/source"] = Owned($"{Api}/attachments/chunks/{{chunk}}/source"),
        [$"GET {Api}/search"] = Own(),

        // Collections
        [$"GET {Api}/collections"] = Own(),
        [$"POST {Api}/collections"] = Own("""{"name":"mine"}"""),
        [$"GET {Api}/collections/{{id:guid}}"] = Owned($"{Api}/collections/{{collection}}"),
        [$"PATCH {Api}/collections/{{id:guid}}"] = Owned($"{Api}/collections/{{collection}}", """{"name":"stolen"}"""),
        [$"DELETE {Api}/collections/{{id:guid}}"] = Owned($"{Api}/collections/{{collection}}"),
        [$"GET {Api}/collections/{{id:guid}}/attachments"] = Owned($"{Api}/collections/{{collection}}/attachments"),
        [$"PUT {Api}/collections/{{id:guid}}/attachments/{{attachmentId:guid}}"] = Owned($"{Api}/collections/{{collection}}/attachments/{{file}}"),
        [$"DELETE {Api}/collections/{{id:guid}}/attachments/{{attachmentId:guid}}"] = Owned($"{Api}/collections/{{collection}}/attachments/{{file}}"),

        // Models and use
        [$"GET {Api}/models"] = Own(),
        [$"GET {Api}/usage"] = Own(),
        [$"GET {Api}/budget"] = Own(),
        [$"POST {Api}/estimate"] = Own("""{"content":"x"}"""),
        ["POST /v1/chat/completions"] = Own("""{"model":"quoter","messages":[{"role":"user","content":"hi"}]}"""),
        ["POST /v1/embeddings"] = Own("""{"model":"lexical","input":"hi"}"""),
        ["GET /v1/models"] = Own(),
        ["GET /v1/models/{**id}"] = Own(),
        ["GET /v1/{**rest}"] = Own(),

        // The person
        [$"GET {Api}/me"] = Own(),
        [$"GET {Api}/me/export"] = Own(),
        [$"DELETE {Api}/me/data"] = Own(),
        [$"GET {Api}/antiforgery"] = Public(),
        [$"GET {Api}/api-keys"] = Own(),
        [$"POST {Api}/api-keys"] = Own("""{"name":"mine"}"""),
        [$"DELETE {Api}/api-keys/{{id:guid}}"] = Owned($"{Api}/api-keys/{{key}}"),
        [$"GET {Api}/sessions"] = Own(),
        [$"DELETE {Api}/sessions"] = Own(),
        [$"DELETE {Api}/sessions/{{id:guid}}"] = Owned($"{Api}/sessions/{{session}}"),

        // Administration
        [$"GET {Api}/admin/users"] = Admin($"{Api}/admin/users"),
        [$"POST {Api}/admin/users"] = Admin($"{Api}/admin/users", """{"email":"evil@example.org","name":"Evil","role":"admin"}"""),
        [$"GET {Api}/admin/users/{{id:guid}}"] = Admin($"{Api}/admin/users/{{user}}"),
        [$"PATCH {Api}/admin/users/{{id:guid}}"] = Admin($"{Api}/admin/users/{{user}}", """{"role":"admin"}"""),
        [$"DELETE {Api}/admin/users/{{id:guid}}"] = Admin($"{Api}/admin/users/{{user}}"),
        [$"POST {Api}/admin/users/{{id:guid}}/link"] = Admin($"{Api}/admin/users/{{user}}/link"),
        [$"GET {Api}/admin/users/{{id:guid}}/sessions"] = Admin($"{Api}/admin/users/{{user}}/sessions"),
        [$"DELETE {Api}/admin/users/{{id:guid}}/sessions"] = Admin($"{Api}/admin/users/{{user}}/sessions"),
        [$"POST {Api}/admin/users/{{id:guid}}/threads"] = Admin($"{Api}/admin/users/{{user}}/threads", """{"reason":"curious"}"""),
        [$"POST {Api}/admin/threads/{{id:guid}}/open"] = Admin($"{Api}/admin/threads/{{thread}}/open", """{"reason":"curious"}"""),
        [$"PATCH {Api}/admin/messages/{{id:guid}}"] = Admin($"{Api}/admin/messages/{{answer}}", """{"content":"rewritten","reason":"curious"}"""),
        [$"POST {Api}/admin/messages/{{id:guid}}/revisions"] = Admin($"{Api}/admin/messages/{{answer}}/revisions", """{"reason":"curious"}"""),
        [$"POST {Api}/admin/messages/{{id:guid}}/retrieval"] = Admin($"{Api}/admin/messages/{{answer}}/retrieval", """{"reason":"curious"}"""),
        [$"POST {Api}/admin/messages/{{id:guid}}/retrieval/replay"] = Admin($"{Api}/admin/messages/{{answer}}/retrieval/replay", """{"question":"canary","reason":"curious"}"""),
        [$"POST {Api}/admin/retrieval"] = Admin($"{Api}/admin/retrieval", """{"question":"canary"}"""),
        [$"GET {Api}/admin/embedding-models"] = Admin($"{Api}/admin/embedding-models"),
        [$"GET {Api}/admin/api-keys"] = Admin($"{Api}/admin/api-keys"),
        [$"POST {Api}/admin/api-keys"] = Admin($"{Api}/admin/api-keys", """{"user_id":"{user}","name":"evil"}"""),
        [$"DELETE {Api}/admin/api-keys/{{id:guid}}"] = Admin($"{Api}/admin/api-keys/{{key}}"),
        [$"GET {Api}/admin/teams"] = Admin($"{Api}/admin/teams"),
        [$"POST {Api}/admin/teams"] = Admin($"{Api}/admin/teams", """{"name":"Evil"}"""),
        [$"GET {Api}/admin/teams/{{id:guid}}"] = Admin($"{Api}/admin/teams/{{team}}"),
        [$"PATCH {Api}/admin/teams/{{id:guid}}"] = Admin($"{Api}/admin/teams/{{team}}", """{"name":"Evil"}"""),
        [$"DELETE {Api}/admin/teams/{{id:guid}}"] = Admin($"{Api}/admin/teams/{{team}}"),
        [$"GET {Api}/admin/audit"] = Admin($"{Api}/admin/audit"),
        [$"GET {Api}/admin/audit/export"] = Admin($"{Api}/admin/audit/export"),
        [$"GET {Api}/admin/budgets"] = Admin($"{Api}/admin/budgets"),
        [$"PUT {Api}/admin/budgets"] = Admin($"{Api}/admin/budgets", """{"scope":"global","window":"day","token_limit":1}"""),
        [$"GET {Api}/admin/budgets/history"] = Admin($"{Api}/admin/budgets/history"),
        [$"GET {Api}/admin/usage"] = Admin($"{Api}/admin/usage"),
        [$"GET {Api}/admin/models"] = Admin($"{Api}/admin/models"),
        [$"PUT {Api}/admin/models"] = Admin($"{Api}/admin/models", """{"ids":["quoter/quoter"]}"""),
        [$"GET {Api}/admin/models/{{**id}}"] = Admin($"{Api}/admin/models/quoter"),
        [$"PUT {Api}/admin/models/{{**id}}"] = Admin($"{Api}/admin/models/quoter", "{}"),
        [$"DELETE {Api}/admin/models/{{**id}}"] = Admin($"{Api}/admin/models/quoter"),

        // Forms of the sign-in pages
        ["POST /account/sign-in"] = Public(),
        ["POST /account/setup"] = Public(),
        ["POST /account/sign-out"] = Public(),
        ["POST /account/password"] = Own(),
        ["POST /account/delete"] = Own(),
        ["GET /account/provider"] = Public(),
        ["GET /account/provider/connect"] = Own(),

        // Operations
        ["GET /health/live"] = Public(),
        ["GET /health/ready"] = Public(),
        ["GET /metrics"] = Own(),
        ["GET /openapi/{documentName}.json"] = Public(),
    };

    private static RouteRule Public() => new(RouteAccess.Public);

    private static RouteRule Own(string? body = null) => new(RouteAccess.Own, Body: body);

    private static RouteRule Owned(string path, string? body = null) => new(RouteAccess.Owned, path, body);

    private static RouteRule Admin(string path, string? body = null) => new(RouteAccess.Admin, path, body);
}
