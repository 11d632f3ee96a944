using System.Diagnostics;
using System.Net;
using Convo.Core.Shared;
using Convo.Data.Connections;
using Convo.Data.Embedded;
using StackExchange.Redis;

namespace Convo.Tests.Data.Connections;

public sealed class RedisUrlTests
{
    [Theory]
    [InlineData("redis://cache.example", "cache.example", 6379, null, null, false, null)]
    [InlineData("redis://:s3cret@cache.example:6380/3", "cache.example", 6380, null, "s3cret", false, 3)]
    [InlineData("rediss://ann:p%40ss@cache.example:6380", "cache.example", 6380, "ann", "p@ss", true, null)]
    [InlineData("cache.example:6380,user=ann,password=s3cret,ssl=true,defaultDatabase=2", "cache.example", 6380, "ann", "s3cret", true, 2)]
    public void Parse_RightValue_KeepsEveryPart(string text, string host, int port, string? user, string? password, bool tls, int? database)
    {
        var read = RedisUrl.Options(RedisUrl.Parse(text));

        var endPoint = Assert.IsType<DnsEndPoint>(Assert.Single(read.EndPoints));
        Assert.Equal((host, port, user ?? "", password ?? ""), (endPoint.Host, endPoint.Port, read.User ?? "", read.Password ?? ""));
        Assert.Equal((tls, database), (read.Ssl, read.DefaultDatabase));
    }

    [Theory]
    [InlineData("http://:s3cret@cache.example", "scheme 'http'")]
    [InlineData("redis://:s3cret@", "no host")]
    [InlineData("redis://:s3cret@cache.example:x", "'x' is not a port")]
    [InlineData("redis://:s3cret@cache.example/main", "number of a database")]
    [InlineData("redis://:s3cret@cache.example?password=s3cret", "after '?'")]
    [InlineData("cache.example,pasword=s3cret", "neither a URL")]
    public void Parse_WrongValue_NamesKeyFaultAndChoicesButNoSecret(string text, string fault)
    {
        var failure = Assert.Throws<ConvoStartupException>(() => RedisUrl.Parse(text));

        Assert.Contains("REDIS_URL", failure.Message, StringComparison.Ordinal);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Allowed: redis://", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_NoServer_AnswersInUnderASecond()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(RedisUrl.Options($"127.0.0.1:{FreePort.Any()}"));
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<RedisException>(() => redis.GetDatabase().StringGetAsync("x"));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }
}
