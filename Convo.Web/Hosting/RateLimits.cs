using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.Extensions.Options;

namespace Convo.Web.Hosting;

/// <summary>How often a person, a key or an address may ask. Per node.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Convo:RateLimits";

    /// <summary>API requests of one person or key.</summary>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>API requests without a sign-in from one address.</summary>
    public int AnonymousRequestsPerMinute { get; set; } = 120;

    /// <summary>Sign-ins to one account from one address.</summary>
    public int SignInsPerMinute { get; set; } = 10;

    /// <summary>Sign-ins, and uses of one-time links, from one address to all accounts together.</summary>
    public int SignInsPerAddressPerMinute { get; set; } = 60;
}

internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        (string Key, int Value)[] limits =
        [
            (nameof(options.RequestsPerMinute), options.RequestsPerMinute),
            (nameof(options.AnonymousRequestsPerMinute), options.AnonymousRequestsPerMinute),
            (nameof(options.SignInsPerMinute), options.SignInsPerMinute),
            (nameof(options.SignInsPerAddressPerMinute), options.SignInsPerAddressPerMinute),
        ];
        var faults = limits.Where(limit => limit.Value < 1)
            .Select(limit => $"{RateLimitOptions.Section}:{limit.Key} is {limit.Value}; a number from 1 is needed.")
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

public static class RateLimits
{
    public static IServiceCollection AddConvoRateLimits(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RateLimitOptions, RateLimitOptionsValidator>().BindConfiguration(RateLimitOptions.Section);
        services.AddSingleton<SignInThrottle>();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
            limiter.OnRejected = async (context, _) => await context.HttpContext.WriteProblemAsync(
                Problems.OfStatus(StatusCodes.Status429TooManyRequests) with { RetryAfter = WaitOf(context.Lease) });
        });
        return services;
    }

    /// <summary>To be placed after authentication, which tells whose limit it is.</summary>
    public static IApplicationBuilder UseConvoRateLimits(this IApplicationBuilder app) => app.UseRateLimiter();

    /// <summary>What stands for one client: an IPv4 address, or the /64 that an IPv6 client chooses its addresses from.</summary>
    internal static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily is AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(address)
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    internal static TimeSpan WaitOf(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);

    private static RateLimitPartition<string> Partition(HttpContext context)
    {
        if (!context.IsApi())
        {
            return RateLimitPartition.GetNoLimiter("");
        }

        var options = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        var who = context.User.ApiKeyId() ?? context.User.UserId();
        return who is { } id
            ? Bucket(id.ToString(), options.RequestsPerMinute)
            : Bucket(AddressOf(context), options.AnonymousRequestsPerMinute);
    }

    private static RateLimitPartition<string> Bucket(string name, int perMinute) => RateLimitPartition.GetTokenBucketLimiter(name, _ => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = Math.Max(1, perMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(perMinute < 60 ? 60.0 / perMinute : 1),
        QueueLimit = 0,
    });
}

/// <summary>Bounds guesses at passwords and one-time links, before any work is done for them.</summary>
internal sealed class SignInThrottle(IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<(string Address, string Account)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Address, string Account), string>(attempt => Window(attempt.Address, options.Value.SignInsPerAddressPerMinute)),
        PartitionedRateLimiter.Create<(string Address, string Account), (string, string)>(attempt => Window(attempt, options.Value.SignInsPerMinute)));

    /// <exception cref="ConvoException">429 <c>too_many_attempts</c>.</exception>
    public void Require(HttpContext context, string account)
    {
        // Folded like the address of an account; a long text is cut, since it is only a name for a counter.
        var folded = account.Trim().ToUpperInvariant();
        using var lease = _limiter.AttemptAcquire((RateLimits.AddressOf(context), folded[..Math.Min(folded.Length, 256)]));
        if (!lease.IsAcquired)
        {
            throw new ConvoException(ProblemKind.LimitReached, "too_many_attempts", "Too many attempts. Wait a minute and try again.")
            {
                RetryAfter = RateLimits.WaitOf(lease),
            };
        }
    }

    public void Dispose() => _limiter.Dispose();

    private static RateLimitPartition<T> Window<T>(T name, int perMinute) => RateLimitPartition.GetFixedWindowLimiter(name, _ => new()
    {
        PermitLimit = perMinute,
        Window = TimeSpan.FromMinutes(1),
        QueueLimit = 0,
    });
}
