using System.Diagnostics;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Accounts;

public sealed class PasswordsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("seven77")]
    [InlineData("password")]
    [InlineData("PassWord123")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("ada@example.org")]
    public void Require_WeakPassword_NamesTheField(string? password)
    {
        var refused = Assert.Throws<ConvoException>(() => Passwords.Require(password, "ada@example.org"));

        Assert.Equal((ProblemKind.Invalid, "password"), (refused.Kind, refused.Field));
    }

    [Fact]
    public void Require_TooLong_IsRefusedSoThatHashingStaysCheap() =>
        Assert.Throws<ConvoException>(() => Passwords.Require(string.Concat(Enumerable.Repeat("abcd", 65)), "ada@example.org"));

    [Fact]
    public void Require_WordsInARow_ArePassed() => Assert.Equal("correct horse battery", Passwords.Require("correct horse battery", "ada@example.org"));

    [Fact]
    public void Verify_UnknownAccount_IsFalseAfterTheSameWork()
    {
        var passwords = Create(Passwords.Iterations);
        var account = Account(passwords.Hash("correct horse battery"));
        passwords.Verify(null, "warm");

        var known = Time(() => Assert.False(passwords.Verify(account, "wrong").Right));
        var unknown = Time(() => Assert.False(passwords.Verify(null, "wrong").Right));

        // The least of several runs, because other work on the machine only ever adds. Without the decoy the ratio is in the thousands.
        Assert.InRange(unknown / known, 0.5, 2);
    }

    [Fact]
    public void Verify_HashOfFewerIterations_IsHashedAnew()
    {
        var old = Create(1000).Hash("correct horse battery");

        var (right, rehashed) = Create(2000).Verify(Account(old), "correct horse battery");

        Assert.True(right);
        Assert.NotNull(rehashed);
        Assert.NotEqual(old, rehashed);
    }

    [Fact]
    public void Verify_AccountWithoutPassword_IsNobodys() => Assert.False(Create(1000).Verify(Account(null), "").Right);

    private static double Time(Action action) => Enumerable.Range(0, 5).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    });

    private static Passwords Create(int iterations) =>
        new(new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })));

    private static Account Account(string? hash) => new(Guid.Empty, "ada@example.org", "Ada", Role.Member, null, hash, "stamp", null, null);
}
