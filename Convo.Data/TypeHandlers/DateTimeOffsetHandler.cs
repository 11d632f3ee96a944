using System.Data;
using Npgsql;
using NpgsqlTypes;
#pragma warning disable RS0030 // The type handlers are part of Db's Dapper set-up.
using Dapper;

namespace Convo.Data.TypeHandlers;

/// <summary><c>timestamptz</c> ⇄ <see cref="DateTimeOffset"/> in UTC. Npgsql reads it as a UTC DateTime and refuses to write another offset.</summary>
internal sealed class DateTimeOffsetHandler : SqlMapper.TypeHandler<DateTimeOffset>
{
    public override DateTimeOffset Parse(object value) => value switch
    {
        DateTime { Kind: DateTimeKind.Utc } utc => new DateTimeOffset(utc),
        DateTimeOffset offset => offset.ToUniversalTime(),
        _ => throw new DataException($"A timestamptz is expected where {value.GetType().Name} was read; the column has no time zone."),
    };

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
    {
        ((NpgsqlParameter)parameter).NpgsqlDbType = NpgsqlDbType.TimestampTz;
        parameter.Value = value.ToUniversalTime();
    }
}
