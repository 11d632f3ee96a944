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
    public void Verify_UnknownLockedOrWrong_CostsTheSameWork()
    {
        var hasher = new CountingHasher();
        var passwords = new Passwords(hasher);
        var account = Account(passwords.Hash("correct horse battery"));
        passwords.Verify(null, "the first one makes the decoy");
        hasher.Verified.Clear();

        Assert.False(passwords.Verify(account, "wrong").Right);
        Assert.False(passwords.Verify(null, "wrong").Right);
        Assert.False(passwords.Verify(Account(null), "wrong").Right);

        // One comparison each, with hashes of one kind: the time of a comparison depends on nothing else.
        Assert.Equal(3, hasher.Verified.Count);
        Assert.Single(hasher.Verified.Select(hash => Convert.ToHexString(Convert.FromBase64String(hash)[..13])).Distinct());
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

    private static Passwords Create(int iterations) =>
        new(new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })));

    private static Account Account(string? hash) => new(Guid.Empty, "ada@example.org", "Ada", Role.Member, null, hash, "stamp", null, null);

    /// <summary>Identity's own hasher, telling which hashes it compared. Their first 13 bytes are format, algorithm, iterations and salt size.</summary>
    private sealed class CountingHasher : IPasswordHasher<Account>
    {
        private readonly PasswordHasher<Account> _inner = new(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));

        public List<string> Verified { get; } = [];

        public string HashPassword(Account user, string password) => _inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            Verified.Add(hashedPassword);
            return _inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
