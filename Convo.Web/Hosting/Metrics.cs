using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Convo.Web.Hosting;

/// <summary>Who may read <c>/metrics</c>.</summary>
public sealed class MetricsOptions
{
    public const string TokenKey = "CONVO_METRICS_TOKEN";
    public const string PortKey = "CONVO_METRICS_PORT";

    /// <summary>Sent by Prometheus as a bearer token. Without it only an administrator may read.</summary>
    public string? Token { get; set; }

    /// <summary>A port of its own without any sign-in, for a network that only Prometheus reaches.</summary>
    public string? Port { get; set; }

    internal int? PortNumber => int.TryParse(Port, System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : null;
}

internal sealed class MetricsOptionsValidator : IValidateOptions<MetricsOptions>
{
    private const int MinTokenLength = 16;

    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        List<string> faults = [];
        if (options.Token is { Length: < MinTokenLength })
        {
            faults.Add($"{MetricsOptions.TokenKey} has {options.Token.Length} characters; at least {MinTokenLength} are needed.");
        }

        if (options.Port is not null && options.PortNumber is not (> 0 and <= ushort.MaxValue))
        {
            faults.Add($"{MetricsOptions.PortKey} is '{options.Port}'; a port from 1 to 65535 is needed.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

public static class Metrics
{
    private const string Policy = "metrics";

    public static IServiceCollection AddConvoMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        ConvoMeterBridge.Start();
        var settings = Read(new MetricsOptions(), configuration);
        services.AddOptionsWithValidateOnStart<MetricsOptions, MetricsOptionsValidator>().Configure(options => Read(options, configuration));
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.RequireAssertion(MayRead));
        if (settings.PortNumber is > 0 and <= ushort.MaxValue and var port)
        {
            services.AddMetricServer(server => server.Port = (ushort)port);
        }

        return services;
    }

    public static IEndpointRouteBuilder MapConvoMetrics(this IEndpointRouteBuilder app)
    {
        app.MapMetrics("/metrics").RequireAuthorization(Policy).ExcludeFromDescription();
        return app;
    }

    private static MetricsOptions Read(MetricsOptions options, IConfiguration configuration)
    {
        options.Token = NullIfBlank(configuration[MetricsOptions.TokenKey]);
        options.Port = NullIfBlank(configuration[MetricsOptions.PortKey]);
        return options;
    }

    private static bool MayRead(AuthorizationHandlerContext context)
    {
        if (context.User.IsInRole(Roles.Admin))
        {
            return true;
        }

        var http = context.Resource as HttpContext;
        var expected = http?.RequestServices.GetRequiredService<IOptions<MetricsOptions>>().Value.Token;
        return expected is not null && ApiKeyHandler.TokenIn(http!.Request) is { } given && AreEqual(given, expected);
    }

    /// <summary>In a time that does not tell how much of it was right.</summary>
    private static bool AreEqual(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    private static string? NullIfBlank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
