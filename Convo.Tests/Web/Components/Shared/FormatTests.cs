using System.Globalization;
using Convo.Web.Components.Shared;

namespace Convo.Tests.Web.Components.Shared;

public sealed class FormatTests
{
    [Theory]
    [InlineData(null, "–")]
    [InlineData("0", "$0")]
    [InlineData("0.00001", "< $0.0001")]
    [InlineData("0.0041", "$0.0041")]
    [InlineData("0.5", "$0.50")]
    [InlineData("61.374", "$61.37")]
    [InlineData("1234.5", "$1,234.50")]
    public void Cost_Amount_IsReadable(string? amount, string text) =>
        Assert.Equal(text, Format.Cost(amount is null ? null : decimal.Parse(amount, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(2048, "2 KB")]
    [InlineData(1_572_864, "1.5 MB")]
    public void Size_Bytes_HaveTheirUnit(long bytes, string text) => Assert.Equal(text, Format.Size(bytes));

    [Theory]
    [InlineData(48_200_000, "48.2 M")]
    [InlineData(162_031, "162 k")]
    [InlineData(9_870, "9,870")]
    public void Short_Count_FitsATile(long value, string text) => Assert.Equal(text, Format.Short(value));

    [Fact]
    public void Remaining_Hours_NameMinutesToo() => Assert.Equal("in 3 h 12 min", Format.Remaining(new TimeSpan(3, 12, 30)));
}
