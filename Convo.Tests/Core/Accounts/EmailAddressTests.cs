using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Tests.Core.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.org")]
    [InlineData(" Ada.L+x@localhost ")]
    [InlineData("дана@пример.рф")]
    public void Require_Address_IsTrimmed(string email) => Assert.Equal(email.Trim(), EmailAddress.Require(email));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("@example.org")]
    [InlineData("ada@")]
    [InlineData("a@b@c")]
    [InlineData("ada lovelace@example.org")]
    [InlineData("ada\u200b@example.org")]
    [InlineData("ada@example.org\r\nBcc: x@y")]
    public void Require_NoAddress_NamesTheField(string? email) => Assert.Equal("email", Assert.Throws<ConvoException>(() => EmailAddress.Require(email)).Field);

    [Fact]
    public void Normalize_OtherCaseAndComposition_IsOneName() =>
        Assert.Equal(EmailAddress.Normalize("JOSE\u0301@EXAMPLE.ORG"), EmailAddress.Normalize("jos\u00e9@example.org "));
}
