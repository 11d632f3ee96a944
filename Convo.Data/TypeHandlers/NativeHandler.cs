using System.Data;
#pragma warning disable RS0030 // The type handlers are part of Db's Dapper set-up.
using Dapper;

namespace Convo.Data.TypeHandlers;

/// <summary>A type that Npgsql reads and writes by itself (arrays, vectors): tells Dapper to hand it over untouched.</summary>
internal sealed class NativeHandler<T> : SqlMapper.TypeHandler<T> where T : class
{
    public override T Parse(object value) => (T)value;

    public override void SetValue(IDbDataParameter parameter, T? value) => parameter.Value = (object?)value ?? DBNull.Value;
}
