using System.Globalization;
using System.Text.Json;
using Convo.Core.Accounts;
using Microsoft.AspNetCore.Http.Extensions;

namespace Convo.Web.Components.Admin.Audit;

/// <summary>The audit log in words.</summary>
internal static class AuditText
{
    private const int MaxDetail = 200;

    /// <summary><c>user.password_changed</c> reads "User: password changed".</summary>
    public static string Of(string action)
    {
        var words = action.Replace("api_key", "API key", StringComparison.Ordinal).Replace('_', ' ').Split('.', 2);
        var subject = words[0].Length == 0 ? "" : char.ToUpperInvariant(words[0][0]) + words[0][1..];
        return words.Length == 2 ? $"{subject}: {words[1]}" : subject;
    }

    public static string Short(string id) => Guid.TryParse(id, out _) ? "…" + id[^6..] : id;

    public static IEnumerable<(string Name, string Value)> Details(JsonElement details) => details.ValueKind == JsonValueKind.Object
        ? details.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).Select(member => (member.Name.Replace('_', ' '), Cut(member.Value.ToString())))
        : [];

    /// <summary>The same filter as a query of the API.</summary>
    public static string Query(AuditFilter filter)
    {
        var query = new QueryBuilder();
        (string Name, string? Value)[] all =
        [
            ("action", filter.Action), ("actor_id", filter.ActorId?.ToString()), ("target_id", filter.TargetId), ("from", Moment(filter.From)), ("to", Moment(filter.To)),
        ];
        foreach (var (name, value) in all)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Add(name, value);
            }
        }

        return query.ToString();
    }

    private static string? Moment(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Length <= MaxDetail ? text : text[..MaxDetail] + "…";
}
