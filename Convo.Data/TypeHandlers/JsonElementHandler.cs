using System.Data;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
#pragma warning disable RS0030 // The type handlers are part of Db's Dapper set-up.
using Dapper;

namespace Convo.Data.TypeHandlers;

/// <summary><c>jsonb</c> ⇄ <see cref="JsonElement"/>, detached from any document so that it can outlive the reader.</summary>
internal sealed class JsonElementHandler : SqlMapper.TypeHandler<JsonElement>
{
    public override JsonElement Parse(object value)
    {
        using var document = JsonDocument.Parse((string)value);
        return document.RootElement.Clone();
    }

    public override void SetValue(IDbDataParameter parameter, JsonElement value)
    {
        ((NpgsqlParameter)parameter).NpgsqlDbType = NpgsqlDbType.Jsonb;
        parameter.Value = value.GetRawText();
    }
}
