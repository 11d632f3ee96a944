using Convo.Core.Accounts;

namespace Convo.Tests.Core.Accounts;

public sealed class FirstAdminOptionsTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData(null, null, null, 0)]
    [InlineData("admin@example.org", "eightch8", null, 0)]
    [InlineData("admin@example.org", "eightch8", Key, 0)]
    [InlineData("admin@example.org", null, null, 1)]
    [InlineData(null, "eightch8", null, 1)]
    [InlineData(null, null, Key, 1)]
    [InlineData("admin@example.org", "eightch8", "0123456789abcdef0123456789abcde", 1)]
    [InlineData("admin@example.org", "eightch8", Key + " x", 1)]
    [InlineData("no address", "short", "short", 3)]
    public void Validate_EachCombination_NamesEveryFaultAndNoSecret(string? email, string? password, string? key, int faults)
    {
        var result = new FirstAdminOptionsValidator().Validate(null, new FirstAdminOptions { Email = email, Password = password, ApiKey = key });

        var failures = result.Failures?.ToList() ?? [];
        Assert.Equal(faults, failures.Count);
        Assert.All(failures, failure => Assert.StartsWith("CONVO_ADMIN_", failure, StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => (password is not null && failure.Contains(password, StringComparison.Ordinal)) || (key is not null && failure.Contains(key, StringComparison.Ordinal)));
    }
}
