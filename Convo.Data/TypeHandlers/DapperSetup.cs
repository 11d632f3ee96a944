using Convo.Core.Shared;
using Pgvector;
#pragma warning disable RS0030 // The type handlers are part of Db's Dapper set-up.
using Dapper;

namespace Convo.Data.TypeHandlers;

/// <summary>Dapper's process-wide settings, applied once, before the first statement.</summary>
internal static class DapperSetup
{
    private static readonly Lazy<bool> Applied = new(Apply);

    public static void EnsureApplied() => _ = Applied.Value;

    /// <summary>These enums are stored as text from now on. Core's own are registered already.</summary>
    public static void AddEnums(params IEnumerable<Type> types)
    {
        foreach (var type in types)
        {
            var handler = Activator.CreateInstance(typeof(EnumTextHandler<>).MakeGenericType(type))!;
            SqlMapper.AddTypeHandler(type, (SqlMapper.ITypeHandler)handler);
        }
    }

    private static bool Apply()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        // Without it Dapper sends enums as numbers and never asks their handler.
        SqlMapper.Settings.PreferTypeHandlersForEnums = true;
        AddEnums(typeof(ConvoException).Assembly.GetTypes().Where(type => type is { IsEnum: true, ContainsGenericParameters: false }));

        // Dapper's built-in mapping wins over a handler, so it has to go first.
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new DateTimeOffsetHandler());
        SqlMapper.AddTypeHandler(new JsonElementHandler());

        AddNative<Vector>();
        AddNative<SparseVector>();
        AddNativeArrays<Guid>();
        AddNativeArrays<string>();
        AddNativeArrays<int>();
        AddNativeArrays<long>();
        AddNativeArrays<float>();
        AddNativeArrays<double>();
        AddNativeArrays<Vector>();
        return true;
    }

    private static void AddNativeArrays<T>()
    {
        AddNative<T[]>();
        AddNative<IReadOnlyList<T>>();
        AddNative<List<T>>();
    }

    private static void AddNative<T>() where T : class => SqlMapper.AddTypeHandler(new NativeHandler<T>());
}
