using System.Reflection;
using Convo.Data;

namespace Convo.Tests.Data;

public sealed class RedisKeysTests
{
    /// <summary>Two installations on one Redis have no key and no channel in common, and two people, turns or files of one neither.</summary>
    [Fact]
    public void Keys_OfTwoInstallationsAndTwoThings_AreNeverTheSame()
    {
        var (one, other) = (All(new RedisKeys("one:")), All(new RedisKeys("other:")));

        Assert.True(one.Count > 10);
        Assert.All(one, key => Assert.Contains("one:", key, StringComparison.Ordinal));
        Assert.Empty(one.Intersect(other));
        Assert.Equal(one.Count, one.Distinct().Count());
    }

    /// <summary>Every method, with two values for each of its parameters.</summary>
    private static List<string> All(RedisKeys keys) =>
    [
        .. typeof(RedisKeys).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).SelectMany(method => method.GetParameters().Length == 0
            ? Texts(method.Invoke(keys, null)!)
            : Values(method.GetParameters().Single().ParameterType).SelectMany(value => Texts(method.Invoke(keys, [value])!))),
    ];

    private static object[] Values(Type type) => type == typeof(Guid)
        ? [new Guid("0198c5a0-0000-7000-8000-000000000001"), new Guid("0198c5a0-0000-7000-8000-000000000002")]
        : ["user:1:day:2026-11-22", "user:1:day:2026-11-23"];

    private static IEnumerable<string> Texts(object made) => made is BudgetKeys budget ? [budget.Counter.ToString(), budget.Holds.ToString(), budget.Rebuild.ToString()] : [made.ToString()!];
}
