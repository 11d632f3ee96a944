using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Usage;
using Convo.Web.Hosting;

namespace Convo.Tests.Web.Hosting;

public sealed class ConvoJsonTests
{
    [Fact]
    public void Write_TheContractsKinds_AreSpelledAsTheContractSays()
    {
        var json = JsonSerializer.Serialize(
            new Sample(BudgetScope.ApiKey, 0.2500000000m, new DateTimeOffset(2026, 11, 22, 20, 15, 3, 120, TimeSpan.FromHours(1)), "Grüße <b>"), ConvoJson.Options);

        Assert.Equal("""{"some_scope":"api_key","cost":"0.25","at_time":"2026-11-22T19:15:03.12Z","text":"Grüße <b>"}""", json);
    }

    [Theory]
    [InlineData("""{"some_scope":"user","cost":"1.5","at_time":"2026-11-22T19:15:03Z","text":"x","unknown":{}}""")]
    [InlineData("""{"some_scope":"user","cost":1.5,"at_time":"2026-11-22T20:15:03+01:00","text":"x"}""")]
    [InlineData("""{"some_scope":"user","cost":1.5,"at_time":"2026-11-22T19:15:03","text":"x"}""")]
    public void Read_AllowedSpellings_AreOneValue(string json)
    {
        var sample = JsonSerializer.Deserialize<Sample>(json, ConvoJson.Options);

        Assert.Equal(new Sample(BudgetScope.User, 1.5m, new DateTimeOffset(2026, 11, 22, 19, 15, 3, TimeSpan.Zero), "x"), sample);
    }

    [Theory]
    [InlineData("""{"some_scope":0,"cost":"1","at_time":"2026-11-22T19:15:03Z","text":"x"}""")]
    [InlineData("""{"some_scope":"User","cost":"1","at_time":"2026-11-22T19:15:03Z","text":"x","text":"y"}""")]
    [InlineData("""{"some_scope":"user","cost":"1,5","at_time":"2026-11-22T19:15:03Z","text":"x"}""")]
    [InlineData("""{"some_scope":"user","cost":"1","at_time":"22.11.2026","text":"x"}""")]
    [InlineData("""{"some_scope":"user","cost":"1","at_time":"2026-11-22T19:15:03Z","text":"a\u0000b"}""")]
    [InlineData("""{"some_scope":"user","cost":"1","at_time":"2026-11-22T19:15:03Z","text":"\ud800"}""")]
    [InlineData("""{"some_scope":"user","cost":"1","at_time":"2026-11-22T19:15:03Z","text":null}""")]
    [InlineData("""{"some_scope":"user","cost":"1","at_time":"2026-11-22T19:15:03Z"}""")]
    public void Read_WhatCannotBeRight_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Sample>(json, ConvoJson.Options));

    [Fact]
    public void Read_Change_TellsMissingFromNull()
    {
        var change = JsonSerializer.Deserialize<ThreadChange>("""{"title":null,"pinned":true}""", ConvoJson.Options)!;

        Assert.Equal((true, null), (change.Title.IsSet, change.Title.Value));
        Assert.Equal((true, true), (change.Pinned.IsSet, change.Pinned.Value));
        Assert.False(change.Model.IsSet);
        Assert.False(change.Archived.IsSet);
    }

    [Theory]
    [InlineData("""{"role":null}""")]
    [InlineData("""{"role":"root"}""")]
    [InlineData("""{"disabled":null}""")]
    public void Read_ChangeToWhatCannotBeNull_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<UserChange>(json, ConvoJson.Options));

    private sealed record Sample(BudgetScope SomeScope, decimal Cost, DateTimeOffset AtTime, string Text);
}
