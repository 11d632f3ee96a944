using System.Collections.Frozen;
using System.Data;
using System.Text.Json;
#pragma warning disable RS0030 // The type handlers are part of Db's Dapper set-up.
using Dapper;

namespace Convo.Data.TypeHandlers;

/// <summary>
/// Stores an enum as lower-case text: <c>Streaming</c> ⇄ <c>streaming</c>, <c>ApiKey</c> ⇄ <c>api_key</c>. A text that is no member fails
/// the read, because a silent default would turn an unknown state into a wrong one.
/// </summary>
internal sealed class EnumTextHandler<T> : SqlMapper.TypeHandler<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Texts =
        Enum.GetValues<T>().Distinct().ToFrozenDictionary(value => value, EnumText.Name);

    private static readonly FrozenDictionary<string, T> Values =
        Texts.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public override T Parse(object value) =>
        value is string text && Values.TryGetValue(text, out var member)
            ? member
            : throw new DataException($"'{value}' is not a {typeof(T).Name}; expected one of: {string.Join(", ", Values.Keys)}.");

    public override void SetValue(IDbDataParameter parameter, T value)
    {
        parameter.DbType = DbType.String;
        parameter.Value = Texts[value];
    }
}

/// <summary>The text of an enum member as the database spells it; also for arrays, which Dapper gives to no handler.</summary>
internal static class EnumText
{
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>For <c>status = ANY(@statuses)</c>.</summary>
    public static string[] Names<T>(IEnumerable<T> values) where T : struct, Enum => [.. values.Select(Name)];
}
