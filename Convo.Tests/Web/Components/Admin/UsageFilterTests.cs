using Convo.Core.Usage;
using Convo.Web.Components.Admin.Usage;

namespace Convo.Tests.Web.Components.Admin;

public sealed class UsageFilterTests
{
    private static readonly Guid Person = new("00000000-0000-0000-0000-000000000001");

    [Fact]
    public void Read_WhatAnAddressCannotMean_IsLeftOut() =>
        Assert.Equal(new UsageFilter("user", 30, null, null, null), UsageFilter.Read("planet", "-1", "me", "NaN", ""));

    [Fact]
    public void Link_KeepsWhatItDoesNotChange()
    {
        var filter = UsageFilter.Read("model", "90", Person.ToString(), null, "openai/a b");

        Assert.Equal($"/admin/usage?by=day&days=90&user={Person}&model=openai%2Fa%20b", filter.Link(by: "day"));
        Assert.Equal("/admin/usage?by=model&days=90", filter.Everybody());
        Assert.Equal(
            $"/api/convo/admin/usage?format=csv&group_by=model&from=2026-11-01&to=2026-11-30&user_id={Person}&model=openai%2Fa%20b",
            filter.Csv(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30)));
    }

    [Fact]
    public void Inside_ARow_LeadsToWhatItIsMadeOf()
    {
        var row = new UsageReportRow(Person.ToString(), "Mara", null, 1, 1, 0, 1, 0, null, 1);

        Assert.Equal($"/admin/usage?by=model&days=30&user={Person}", UsageFilter.Read("user", null, null, null, null).Inside(row));
        Assert.Null(UsageFilter.Read("user", null, null, null, null).Inside(row with { Key = "" }));
        Assert.Null(UsageFilter.Read("source", null, null, null, null).Inside(row with { Key = "chat" }));
    }
}
