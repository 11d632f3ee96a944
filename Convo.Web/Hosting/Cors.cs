using Convo.Core.Shared;

namespace Convo.Web.Hosting;

/// <summary>Lets pages of other sites call the API with a key, from the origins in CONVO_CORS_ORIGINS alone. Cookies are never sent along.</summary>
public static class Cors
{
    public const string OriginsKey = "CONVO_CORS_ORIGINS";
    private const string Policy = "Api";

    /// <exception cref="ConvoStartupException">An entry is not an origin.</exception>
    public static IServiceCollection AddConvoCors(this IServiceCollection services, IConfiguration configuration)
    {
        var origins = Origins(configuration);
        return origins.Length == 0
            ? services
            : services.AddCors(cors => cors.AddPolicy(Policy, policy => policy
                .WithOrigins(origins)
                .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
                .WithHeaders("Authorization", "Content-Type", "Accept", "Idempotency-Key", "Last-Event-ID")
                .WithExposedHeaders("Location", "Retry-After")
                .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    /// <summary>To be placed after routing and before authentication: a preflight brings no credential.</summary>
    public static IApplicationBuilder UseConvoCors(this IApplicationBuilder app) =>
        Origins(app.ApplicationServices.GetRequiredService<IConfiguration>()).Length == 0 ? app : app.UseWhen(context => context.IsApi(), api => api.UseCors(Policy));

    private static string[] Origins(IConfiguration configuration) =>
    [
        .. (configuration[OriginsKey] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(entry => Uri.TryCreate(entry, UriKind.Absolute, out var origin) && origin.Scheme is "http" or "https" && origin.GetLeftPart(UriPartial.Authority) == entry.TrimEnd('/')
                ? entry.TrimEnd('/')
                : throw new ConvoStartupException($"{OriginsKey} has '{entry}', which is not an origin. Write origins like https://intranet.example.org, separated by commas; a star is not allowed.")),
    ];
}
